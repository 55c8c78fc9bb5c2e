/**
 * The command {@code dispatch}, and the dispatcher that the demo runs as well.
 *
 * <pre>
 *   DispatchCommand -> Dispatcher -> TaskEnqueuer (a thread) -> TaskFileReader
 *                                 -> SimulatedWorkers (a thread each)
 *                                 -> DispatchCounters (a listener of the queue, inside its lock)
 * </pre>
 *
 * <p>A stop never waits for a read of the file, which may block on standard input.
 */
@NullMarked
package io.taskqueue.cli.dispatch;

import org.jspecify.annotations.NullMarked;
