package io.taskqueue.queue;

import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.queue.QueueSnapshot.Entry;
import io.taskqueue.queue.QueueSnapshot.State;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The state that results from a queue's events: written from the design, to be compared with the queue's own snapshot. */
public final class EventFold<T> {

    /** In the order in which tasks came into the state that they are in. */
    private final Map<TaskId, Entry<T>> tasks = new LinkedHashMap<>();

    private long lastEvent;
    private long enqueued;
    private long restored;
    private long completed;
    private long deadLettered;
    private long drained;
    private long leasesExpired;

    public void apply(TaskEvent<T> event) {
        lastEvent = event.number();
        TaskId id = event.task().id();
        Entry<T> before = tasks.remove(id);
        switch (event.kind()) {
            case ENQUEUED -> {
                enqueued++;
                put(id, pending(event));
            }
            case RESTORED -> {
                restored++;
                put(id, pending(event));
            }
            case REQUEUED -> put(id, pending(event));
            case LEASE_GRANTED, HEARTBEAT -> put(
                    id,
                    new Entry<>(
                            event.task(),
                            State.LEASED,
                            before.lastError(),
                            event.token().orElseThrow(),
                            event.leaseExpiration().orElseThrow()));
            case FAILED -> put(id, failed(event));
            case LEASE_EXPIRED -> {
                leasesExpired++;
                put(id, failed(event));
            }
            case DEAD_LETTERED -> {
                deadLettered++;
                put(
                        id,
                        new Entry<>(
                                event.task(),
                                State.DEAD,
                                event.error().orElse(null),
                                event.token().orElseThrow(),
                                null));
            }
            case COMPLETED -> completed++;
            case DRAINED -> drained++;
            case SNAPSHOT, SOURCE_STARTED -> throw new AssertionError(event);
        }
    }

    private Entry<T> pending(TaskEvent<T> event) {
        return new Entry<>(
                event.task(),
                State.PENDING,
                event.error().orElse(null),
                event.token().orElse(null),
                null);
    }

    private Entry<T> failed(TaskEvent<T> event) {
        return new Entry<>(
                event.task().nextAttempt(),
                State.DELAYED,
                event.error().orElseThrow(),
                event.token().orElseThrow(),
                null);
    }

    private void put(TaskId id, Entry<T> entry) {
        tasks.put(id, entry);
    }

    List<Entry<T>> in(State state) {
        return tasks.values().stream().filter(entry -> entry.state() == state).toList();
    }

    int waiting() {
        return in(State.PENDING).size() + in(State.DELAYED).size();
    }

    /** The expected snapshot of the queue, without the failures of listeners, which no event reports. */
    public QueueSnapshot<T> snapshot(String name) {
        List<Entry<T>> entries = new ArrayList<>(in(State.LEASED));
        entries.addAll(in(State.DELAYED));
        entries.addAll(in(State.PENDING));
        entries.addAll(in(State.DEAD));
        return new QueueSnapshot<>(
                name,
                lastEvent,
                entries,
                new QueueCounts(
                        in(State.PENDING).size(),
                        in(State.DELAYED).size(),
                        in(State.LEASED).size(),
                        new QueueCounts.Totals(enqueued, restored, completed, deadLettered, drained, leasesExpired),
                        0,
                        0));
    }
}
