/**
 * Events that a source could not replicate before it ended, and the file that keeps them.
 *
 * <pre>
 *   UnreplicatedEvents                the events of one source, oldest first, without a gap (EventOrigin, UnreplicatedEvent)
 *   UnreplicatedFile                  writes such events to a file, and reads them back; the format is drawn there
 *   UnreplicatedFileException         a file that cannot be used
 * </pre>
 *
 * <p>{@code CloseReport} of the parent package has the events, {@code EventResend} publishes them later. Runs on the thread of
 * whoever closes a source or reads a file. Never: an existing file that is overwritten, or a file read past a line that is not
 * intact.
 */
@NullMarked
package io.taskqueue.source.unreplicated;

import org.jspecify.annotations.NullMarked;
