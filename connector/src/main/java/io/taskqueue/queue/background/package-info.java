/**
 * The threads that all queues of a process share, for what happens while nobody calls: their number does not grow with the number of
 * queues.
 *
 * <pre>
 *   SharedThreads   the threads: few for sweeps, few for dead-letter handlers; each ends when it had nothing to do for a while
 *   Alarm           the moment of one queue's next sweep
 *   SerialCalls     calls of one queue's dead-letter handlers: in order, one at a time, a bounded number waiting
 *   LimitedCall     the close of one queue, on a thread of its own that exists meanwhile: its listeners may never return
 * </pre>
 *
 * <p>Used by {@code io.taskqueue.queue} only, inside the lock of a queue and outside. Nothing here takes the lock of a queue, waits
 * inside it, or throws to a caller that holds it. What runs on the shared threads is given by the queue, and never waits for its lock.
 */
@NullMarked
package io.taskqueue.queue.background;

import org.jspecify.annotations.NullMarked;
