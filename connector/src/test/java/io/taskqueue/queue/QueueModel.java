package io.taskqueue.queue;

import io.taskqueue.event.Priority;
import io.taskqueue.queue.QueueSnapshot.State;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** A queue as one would explain it: a list that is searched, and nothing clever. Times are milliseconds. */
final class QueueModel {

    static final long LEASE = 1_000;
    static final long HEARTBEAT_INTERVAL = 300;

    static final class ModelTask {
        final long id;
        final Priority priority;
        int attempt = 1;
        State state = State.PENDING;
        /** When it came into its state, counted in changes; orders tasks within a state. */
        long since;

        long deadline;
        long renewedAt;
        int leases;

        ModelTask(long id, Priority priority, long since) {
            this.id = id;
            this.priority = priority;
            this.since = since;
        }
    }

    private final int capacity;
    private final int maxAttempts;
    private final long requeueDelay;
    private final List<ModelTask> tasks = new ArrayList<>();
    private long now;
    private long changes;
    private long lastId;
    private int passedOver;
    long completed;
    long dead;

    QueueModel(int capacity, int maxAttempts, long requeueDelay) {
        this.capacity = capacity;
        this.maxAttempts = maxAttempts;
        this.requeueDelay = requeueDelay;
    }

    void advance(long millis) {
        now += millis;
        for (ModelTask task : in(State.LEASED)) {
            if (task.deadline <= now) {
                endAttempt(task, true);
            }
        }
        for (ModelTask task : byDeadline(State.DELAYED)) {
            if (task.deadline <= now) {
                enter(task, State.PENDING);
            }
        }
    }

    Optional<Long> enqueue() {
        return enqueue(0);
    }

    Optional<Long> enqueue(long delay) {
        return enqueue(delay, Priority.NORMAL);
    }

    Optional<Long> enqueue(long delay, Priority priority) {
        if (in(State.PENDING).size() + in(State.DELAYED).size() >= capacity) {
            return Optional.empty();
        }
        ModelTask task = new ModelTask(++lastId, priority, ++changes);
        if (delay > 0) {
            task.state = State.DELAYED;
            task.deadline = now + delay;
        }
        tasks.add(task);
        return Optional.of(task.id);
    }

    Optional<ModelTask> lease() {
        Optional<ModelTask> oldest = in(State.PENDING).stream().findFirst();
        Optional<ModelTask> first = passedOver == 9
                ? oldest
                : in(State.PENDING).stream()
                        .min(Comparator.comparing((ModelTask task) -> task.priority)
                                .reversed()
                                .thenComparing(task -> task.since));
        first.ifPresent(task -> {
            passedOver = first.equals(oldest) ? 0 : passedOver + 1;
            enter(task, State.LEASED);
            task.deadline = now + LEASE;
            task.renewedAt = now;
            task.leases++;
        });
        return first;
    }

    boolean holds(ModelTask task, int lease) {
        return task.state == State.LEASED && task.leases == lease;
    }

    void heartbeat(ModelTask task) {
        if (now - task.renewedAt >= HEARTBEAT_INTERVAL) {
            enter(task, State.LEASED);
            task.deadline = now + LEASE;
            task.renewedAt = now;
        }
    }

    void complete(ModelTask task) {
        completed++;
        leave(task);
    }

    void fail(ModelTask task, boolean requeue) {
        endAttempt(task, requeue);
    }

    private void endAttempt(ModelTask task, boolean requeue) {
        if (!requeue || task.attempt == maxAttempts) {
            dead++;
            leave(task);
        } else {
            task.attempt++;
            task.deadline = now + requeueDelay;
            enter(task, requeueDelay == 0 ? State.PENDING : State.DELAYED);
        }
    }

    private void leave(ModelTask task) {
        task.state = State.DEAD;
        tasks.remove(task);
    }

    private void enter(ModelTask task, State state) {
        task.state = state;
        task.since = ++changes;
    }

    List<ModelTask> in(State state) {
        return tasks.stream()
                .filter(task -> task.state == state)
                .sorted(Comparator.comparingLong(task -> task.since))
                .toList();
    }

    List<ModelTask> byDeadline(State state) {
        return in(state).stream()
                .sorted(Comparator.comparingLong(task -> task.deadline))
                .toList();
    }

    /** The tasks of a state as a snapshot shows them, id and attempt. */
    List<String> show(State state) {
        List<ModelTask> shown = state == State.PENDING ? in(state) : byDeadline(state);
        return shown.stream().map(task -> task.id + "#" + task.attempt).toList();
    }
}
