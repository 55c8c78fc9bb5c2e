/**
 * Text files of users: lines of a bounded length, small files as a whole, and what is not UTF-8.
 *
 * <pre>
 *   LineReader         splits a stream into numbered lines; a line that is too long is skipped without being held
 *   TextFile           a small file as one text
 *   TextEncoding       decodes UTF-8 strictly, skips a byte order mark, recognizes UTF-16, UTF-32 and binary data
 *   ShellText          a text as one word of a shell, for commands that are printed
 *   NotUtf8Exception   where a text is not UTF-8
 * </pre>
 *
 * <p>Used by the commands, by ready-made sinks, and by the reader of unreplicated events. Needs nothing but the JDK. Never: more
 * memory than the limit that the caller gives, or a replacement character in place of a byte that is not UTF-8.
 */
@NullMarked
package io.taskqueue.text;

import org.jspecify.annotations.NullMarked;
