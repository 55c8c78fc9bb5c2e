/**
 * The command {@code console}: the web console of a cluster.
 *
 * <pre>
 *   ConsoleCommand -> io.taskqueue.console.Console
 * </pre>
 *
 * <p>Runs on the thread of the command until a signal.
 */
@NullMarked
package io.taskqueue.cli.console;

import org.jspecify.annotations.NullMarked;
