/**
 * The queue: tasks, leases, and every change as one event.
 *
 * <pre>
 *   TaskQueue, Lease       the API: takes the lock. Settings are collected by TaskQueue.Builder, validated in QueueSettings
 *     EnqueueSpan          the span of a call that enqueues; that of a lease is in the Lease
 *     AdmissionControl     calls that wait: for capacity or a task first (WaitingCalls), for places in the journal after that
 *     QueueCore            inside the lock: enqueue, restore, recover, drain, hand over, stop, snapshots; QueueLifecycle states whether it is
 *                          open, or waits for its recovery
 *       Leasing            grant, heartbeat, complete, fail; where a lease expires and its task becomes delayed, pending or dead
 *       EventEmitter       builds and numbers the event of each change; calls the Journal, then the listeners
 *       TaskTable          every task by its state (TaskState) and its key, changed after its event; signals the threads that wait for a
 *                          change
 *         PendingTasks       the pending ones: which is leased next, by its priority
 *         TaskList           tasks in the order in which they came
 *         DeadlineHeap       recovered leases and delays, whose deadlines come in any order
 *         LiveTask           what stays with a task through its states
 *     QueueLock            the lock, and the conditions that threads wait for
 *     Sweeper              performs what is due while nobody calls, on a thread of queue.background
 *     DeadLetters          calls each DeadLetterHandler, on a thread of queue.background; a bounded number of tasks wait for it
 *     CallbackFailures     counts and logs what the user's code throws
 *
 *   QueueListener          sees each change inside the lock; Ticker, the monotonic time of timeouts; ManualTicker, one for tests
 *   QueueSnapshot, QueueCounts, DrainedTask    what calls return
 *   RecoveredTask          a live task of an earlier queue; the one place where an instant becomes a deadline
 *   LeaseLostException, PayloadRefusedException, QueueClosedException    what calls throw
 * </pre>
 *
 * <p><b>Order.</b> One lock guards a queue. An event gets its number inside it and goes, still inside it, to the journal and
 * then to the listeners; so event order is mutation order.
 *
 * <p><b>Threads.</b> Callers' threads do the work; every call first performs what is due, such as expired leases. The sweeper
 * does so while there are no calls. It and the dead-letter handlers run on a few daemon threads that all queues of the process share
 * ({@code queue.background}), so that a queue costs no thread.
 *
 * <p><b>Failures.</b> The user's clock, ticker, codec and listeners may throw at any call. Each change reads the time first, then emits
 * its event, then changes the state, which cannot fail: so it has taken effect, or has thrown and changed nothing.
 *
 * <p><b>Never.</b> Inside the lock, a thread waits only for conditions of the lock itself. A listener never calls the queue. An event
 * is never skipped: a queue whose journal failed is stopped.
 *
 * <p>Depends on {@code java.*}, JSpecify, {@code io.taskqueue.event} and {@code io.taskqueue.tracing} only, and logs by {@link System.Logger}.
 */
@NullMarked
package io.taskqueue.queue;

import org.jspecify.annotations.NullMarked;
