/**
 * The queue: tasks, leases, and every change as one event.
 *
 * <p><b>Order.</b> One lock guards a queue. An event gets its number inside it and goes, still inside it, to the journal and
 * then to the listeners; so event order is mutation order.
 *
 * <p><b>Threads.</b> A queue has a sweeper, which expires leases and ends delays when no one calls, and, while there are dead
 * tasks to be handled, a thread for the dead-letter handler. Both are daemons and end with the queue. Everything else happens
 * on the callers' threads; every call lets due leases expire before it looks at anything.
 *
 * <pre>
 *   TaskQueue, Lease         the face: takes the lock
 *     Turnstile              waits: for room or work first, for places in the journal after that
 *     Closing, Restoration   drain, close; restore
 *     QueueCore              what comes in and goes out, and whether the queue is open (QueueLife)
 *       Leasing              the life of leases: where one expires, and what becomes of its task (TaskState)
 *       Tasks                where each task is, and whom that wakes
 *       EventWriter, Emitter what each event carries; its number, the journal, the listeners
 *     Sweeper, DeadLetters   the two threads
 * </pre>
 *
 * <p>Depends on {@code java.*}, JSpecify and {@code io.taskqueue.event} only, and logs by {@link System.Logger}.
 */
@NullMarked
package io.taskqueue.queue;

import org.jspecify.annotations.NullMarked;
