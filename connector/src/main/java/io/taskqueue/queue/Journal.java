package io.taskqueue.queue;

import io.taskqueue.event.TaskEvent;

/**
 * Where a queue's mutations go: the one observer that may refuse a payload and that may make callers wait.
 *
 * <p>A queue has at most one journal, attached before its first event ({@code TaskQueue.attach}). Its protocol:
 *
 * <pre>
 *   encode(payload)   outside the lock, before anything changes; may refuse the enqueue
 *   reserve(n)        outside the lock; may wait for room
 *   append(event, …)  inside the lock, in mutation order; uses up one reserved place; never blocks, never throws
 *   release(n)        gives places back that no event will use
 *   endWaiting()      when the queue takes no more work: those who wait for room give up
 * </pre>
 *
 * <p>An enqueue needs one place; a lease needs three, for its grant and its ending, and keeps the last of them until its task
 * is pending again: a journal has room for at least three. Waiting reservations are served in the order in which they came,
 * so that small ones do not starve large ones.
 *
 * @param <T> the payload's type
 */
public interface Journal<T> {

    /** The epoch that tasks enqueued from now on are born in. Constant. */
    long epoch();

    /**
     * The payload's bytes, made once and handed to {@link #append} with every event of the task.
     *
     * @throws PayloadRefusedException if the payload cannot be written or is too large; nothing has changed
     */
    byte[] encode(T payload);

    /**
     * Reserves places for events, waiting for them no longer than told. Bytes are bounded softly: while what is buffered
     * exceeds its bound in bytes, no place is given.
     *
     * @param places how many events will be appended at the most, at least 1
     * @param timeoutNanos how long to wait, in nanoseconds; 0 or less does not wait, and may be called inside the lock
     * @return whether the places are reserved: all of them or none
     * @throws InterruptedException if the thread is interrupted while it waits; never with a timeout of 0 or less
     * @throws QueueClosedException if the journal takes no more events
     */
    boolean reserve(int places, long timeoutNanos) throws InterruptedException;

    /** Gives reserved places back. Never blocks; called inside the lock. */
    void release(int places);

    /**
     * Ends waiting for room, because the queue is draining, closed or stopped: every {@link #reserve} that waits now, or would
     * wait later, returns false at once. Appending and releasing go on. Called inside the lock, never blocks, any number of
     * times.
     */
    void endWaiting();

    /**
     * Takes an event. Called inside the queue's lock, in mutation order: must not block, call the queue, or throw.
     *
     * @param payload what {@link #encode} returned for the task; not to be changed
     * @param reserved whether the event uses up a reserved place; one that does not (a drain, a close, a
     *     restore) is taken all the same
     */
    void append(TaskEvent<T> event, byte[] payload, boolean reserved);
}
