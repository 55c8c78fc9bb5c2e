package io.taskqueue.queue;

import io.taskqueue.event.TaskEvent;

/**
 * Where a queue's events go: the one observer that may refuse a payload and make callers wait.
 *
 * <p>A queue has at most one journal, attached before its first event ({@code TaskQueue.attach}). Its protocol:
 *
 * <pre>
 *   encode(payload)   outside the lock, before anything changes; may refuse the enqueue
 *   reserve(n)        outside the lock; may wait for room
 *   append(event, …)  inside the lock, in mutation order; uses one reserved place; never blocks, never throws
 *   grantsLeases()    inside the lock, before each lease; a journal that may not own the queue any more grants none
 *   release(n)        releases places that no event will use
 *   endWaiting()      when the queue accepts no more work: calls that wait for room return
 * </pre>
 *
 * <p>An enqueue needs one place; a lease needs three, for its grant and its ending, and keeps the last of them until its task
 * is pending again: a journal has room for at least three. Waiting reservations are served in the order in which they came,
 * so that small ones do not delay large ones forever.
 *
 * @param <T> the payload's type
 */
public interface Journal<T> {

    /** The epoch in the identity of tasks that are enqueued from now on. Constant. */
    long epoch();

    /**
     * Encodes a payload once; {@link #append} gets these bytes with every event of the task.
     *
     * @throws PayloadRefusedException if the payload cannot be encoded or is too large; nothing has changed
     */
    byte[] encode(T payload);

    /**
     * Reserves places for events, waiting for them no longer than the timeout. Bytes have a soft limit: while the buffered
     * events exceed it, no place is granted.
     *
     * @param places how many events will be appended at most; at least 1
     * @param timeoutNanos how long to wait, in nanoseconds; 0 or less does not wait, and may be called inside the lock
     * @return whether the places are reserved: all of them or none
     * @throws InterruptedException if the thread is interrupted while it waits; never with a timeout of 0 or less
     * @throws QueueClosedException if the journal accepts no more events
     */
    boolean reserve(int places, long timeoutNanos) throws InterruptedException;

    /** How many places the journal has: more than that are never reserved at once. */
    default int places() {
        return Integer.MAX_VALUE;
    }

    /**
     * Whether leases are granted now; while they are not, {@code lease} waits within its time limit, as if no task were pending.
     * Called inside the lock before each grant: must not block, call the queue, or throw. A journal that grants leases again calls
     * {@link TaskQueue#recheckLeases}.
     */
    default boolean grantsLeases() {
        return true;
    }

    /** Releases reserved places. Never blocks; called inside the lock. */
    void release(int places);

    /**
     * Ends waiting for room, because the queue is draining, closed or stopped: every {@link #reserve} that waits now, or would
     * wait later, returns false at once. Events are still appended and places released. Called inside the lock, never blocks,
     * any number of times.
     */
    void endWaiting();

    /**
     * Accepts an event. Called inside the queue's lock, in mutation order: must not block, call the queue, or throw.
     *
     * @param payload what {@link #encode} returned for the task; must not be modified
     * @param reserved whether the event uses a reserved place; one that does not (a drain, a close, a restore) is
     *     accepted also when the journal is full
     */
    void append(TaskEvent<T> event, byte[] payload, boolean reserved);
}
