package io.taskqueue.testkit;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskId;
import io.taskqueue.queue.Lease;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A task of {@link RecordedEvents} and its events so far. Each method that adds events is a call of a real queue: it adds what that emits,
 * and one that is not legal in the state of the task throws and adds nothing.
 *
 * <pre>
 *   enqueued with a delay --&gt; delayed --available()--&gt; pending
 *   enqueued --&gt; pending --leased()--&gt; leased --completed()-------------------------------&gt; gone
 *                   ^                    |  ^--heartbeat()
 *                   |                    +--failed(), leaseExpired()--&gt; delayed --requeued()--&gt; pending
 *                   |                    +--deadLettered(), or the attempts are used up --&gt; dead
 *                   +------------------------------------ restored() ----------------------------+
 * </pre>
 *
 * <p>Iterates over the events that it has when the iteration begins, in order. Not thread-safe.
 *
 * @param <T> the payload's type
 */
public final class RecordedTask<T> implements Iterable<ReplicationEvent<T>> {

    private final RecordedQueue<T> recording;
    private final TaskId id;
    private final List<ReplicationEvent<T>> events = new ArrayList<>();
    private @Nullable Lease<T> lease;

    RecordedTask(RecordedQueue<T> recording, TaskId id) {
        this.recording = recording;
        this.id = id;
    }

    public TaskId id() {
        return id;
    }

    /** Its latest event. */
    public ReplicationEvent<T> event() {
        recording.record();
        return events.get(events.size() - 1);
    }

    /** Its events so far, in order. */
    public List<ReplicationEvent<T>> events() {
        recording.record();
        return List.copyOf(events);
    }

    /** The task in its state at its latest event. */
    public Task<T> task() {
        return event().task();
    }

    @Override
    public Iterator<ReplicationEvent<T>> iterator() {
        return events().iterator();
    }

    /**
     * The delay of its enqueue passes, to whose end the time is advanced: Available. Other leases and delays that end meanwhile end as well.
     *
     * @throws IllegalStateException if the task is not delayed, or was leased before
     */
    public RecordedTask<T> available() {
        recording.makeAvailable(this);
        return this;
    }

    /**
     * A worker leases the task: LeaseGranted. For a task that waits for its next attempt, the time is advanced to that first: Requeued,
     * LeaseGranted.
     *
     * @throws IllegalStateException if it is neither pending nor delayed, or another task is ahead of it
     */
    public RecordedTask<T> leased() {
        lease = recording.lease(this);
        return this;
    }

    /**
     * The worker extends its lease: Heartbeat.
     *
     * @throws IllegalStateException if the task was not leased, or the lease has ended
     * @throws io.taskqueue.queue.LeaseLostException if the lease was lost
     */
    public RecordedTask<T> heartbeat() {
        held("heartbeat()").heartbeat();
        return recorded();
    }

    /** The worker completes the task: Completed. Throws as {@link #heartbeat}. */
    public RecordedTask<T> completed() {
        held("completed()").complete();
        return recorded();
    }

    /** The attempt fails, as {@link #failed(TaskError)}. */
    public RecordedTask<T> failed(String message) {
        return failed(TaskError.of(message));
    }

    /**
     * The attempt fails: Failed and, without a requeue delay, Requeued; after the last attempt, Failed, DeadLettered. Throws as
     * {@link #heartbeat}.
     */
    public RecordedTask<T> failed(TaskError error) {
        held("failed()").fail(error);
        return recorded();
    }

    /** The attempt fails, and no other follows: Failed, DeadLettered. Throws as {@link #heartbeat}. */
    public RecordedTask<T> deadLettered(String message) {
        held("deadLettered()").fail(TaskError.of(message), false);
        return recorded();
    }

    /**
     * The worker does nothing until its lease has expired, to which the time is advanced: LeaseExpired and, without a requeue delay,
     * Requeued; after the last attempt, LeaseExpired, DeadLettered. Other leases and delays that end meanwhile end as well.
     *
     * @throws IllegalStateException if the task is not leased
     */
    public RecordedTask<T> leaseExpired() {
        recording.expire(this);
        return this;
    }

    /**
     * The requeue delay passes, to whose end the time is advanced: Requeued. Other leases and delays that end meanwhile end as well.
     *
     * @throws IllegalStateException if the task does not wait for its next attempt
     */
    public RecordedTask<T> requeued() {
        recording.requeue(this);
        return this;
    }

    /**
     * An operator retries the dead task: Restored.
     *
     * @throws IllegalStateException if the task is not dead
     */
    public RecordedTask<T> restored() {
        recording.retry(this);
        return this;
    }

    void add(ReplicationEvent<T> event) {
        events.add(event);
    }

    private Lease<T> held(String call) {
        Lease<T> known = lease;
        if (known == null) {
            throw recording.refusedWithoutLease(call, id);
        }
        return known;
    }

    private RecordedTask<T> recorded() {
        recording.record();
        return this;
    }

    @Override
    public String toString() {
        return "task " + id + " after " + event();
    }
}
