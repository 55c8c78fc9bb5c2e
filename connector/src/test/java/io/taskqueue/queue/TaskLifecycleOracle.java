package io.taskqueue.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The oracle of the tests: which event may follow which in the lifecycle of one task, written from the design and independent of
 * the queue's code. Also: events are numbered from 1 without a hole, time does not go back, and a lease id is used once.
 */
public final class TaskLifecycleOracle<T> {

    private enum Stage {
        UNKNOWN,
        WAITING,
        PENDING,
        LEASED,
        FAILED,
        EXPIRED,
        DEAD,
        GONE
    }

    private record Lifecycle(Stage stage, int attempt, OwnershipToken token, Task<?> birth) {}

    private static final Map<EventKind, Set<Stage>> MAY_FOLLOW = Map.ofEntries(
            Map.entry(EventKind.ENQUEUED, EnumSet.of(Stage.UNKNOWN)),
            Map.entry(EventKind.AVAILABLE, EnumSet.of(Stage.WAITING)),
            Map.entry(EventKind.RESTORED, EnumSet.of(Stage.UNKNOWN, Stage.GONE)),
            Map.entry(EventKind.LEASE_GRANTED, EnumSet.of(Stage.PENDING)),
            Map.entry(EventKind.HEARTBEAT, EnumSet.of(Stage.LEASED)),
            Map.entry(EventKind.COMPLETED, EnumSet.of(Stage.LEASED)),
            Map.entry(EventKind.FAILED, EnumSet.of(Stage.LEASED)),
            Map.entry(EventKind.LEASE_EXPIRED, EnumSet.of(Stage.LEASED)),
            Map.entry(EventKind.REQUEUED, EnumSet.of(Stage.FAILED, Stage.EXPIRED)),
            Map.entry(EventKind.DEAD_LETTERED, EnumSet.of(Stage.FAILED, Stage.EXPIRED)),
            Map.entry(EventKind.DRAINED, EnumSet.of(Stage.WAITING, Stage.PENDING, Stage.FAILED, Stage.EXPIRED)),
            Map.entry(
                    EventKind.SNAPSHOT,
                    EnumSet.of(Stage.WAITING, Stage.PENDING, Stage.LEASED, Stage.FAILED, Stage.EXPIRED)));

    private final Map<TaskId, Lifecycle> lifecycles = new HashMap<>();
    private final Set<UUID> leaseIds = new HashSet<>();
    private long lastNumber;

    public void accept(TaskEvent<T> event) {
        assertThat(event.number()).as("number of %s", event).isEqualTo(++lastNumber);
        Lifecycle lifecycle =
                lifecycles.getOrDefault(event.task().id(), new Lifecycle(Stage.UNKNOWN, 0, null, event.task()));
        assertThat(MAY_FOLLOW.get(event.kind()))
                .as("%s of task %s", event, lifecycle)
                .contains(lifecycle.stage);
        assertThat(event.task().enqueuedAt()).isEqualTo(lifecycle.birth.enqueuedAt());
        assertThat(event.task().payload()).isEqualTo(lifecycle.birth.payload());
        checkAttempt(event, lifecycle);
        lifecycles.put(event.task().id(), next(event, lifecycle));
    }

    private void checkAttempt(TaskEvent<T> event, Lifecycle lifecycle) {
        int attempt = event.task().attempt();
        switch (event.kind()) {
            case ENQUEUED -> assertThat(attempt).isEqualTo(1);
            case RESTORED -> {}
            case SNAPSHOT -> assertThat(attempt)
                    .as("%s", event)
                    .isEqualTo(ended(lifecycle.stage) ? lifecycle.attempt + 1 : lifecycle.attempt);
            case REQUEUED -> assertThat(attempt).as("%s", event).isEqualTo(lifecycle.attempt + 1);
            case DRAINED -> assertThat(attempt)
                    .as("%s", event)
                    .isEqualTo(ended(lifecycle.stage) ? lifecycle.attempt + 1 : lifecycle.attempt);
            default -> assertThat(attempt).as("%s", event).isEqualTo(lifecycle.attempt);
        }
        if (event.kind() == EventKind.LEASE_GRANTED) {
            assertThat(leaseIds.add(event.token().orElseThrow().leaseId())).isTrue();
        } else if (event.kind() != EventKind.RESTORED) {
            assertThat(event.token().orElse(null)).as("token of %s", event).isEqualTo(lifecycle.token);
        }
    }

    private static boolean ended(Stage stage) {
        return stage == Stage.FAILED || stage == Stage.EXPIRED;
    }

    private Lifecycle next(TaskEvent<T> event, Lifecycle before) {
        if (event.kind() == EventKind.SNAPSHOT) {
            return before;
        }
        boolean enters = event.kind() == EventKind.ENQUEUED || event.kind() == EventKind.RESTORED;
        if (enters && event.availableAt().isPresent() && event.token().isEmpty()) {
            return new Lifecycle(Stage.WAITING, event.task().attempt(), null, before.birth);
        }
        if (event.kind() == EventKind.RESTORED && event.availableAt().isPresent()) {
            return new Lifecycle(
                    Stage.FAILED, event.task().attempt() - 1, event.token().orElseThrow(), before.birth);
        }
        Stage stage =
                switch (event.kind()) {
                    case ENQUEUED, AVAILABLE, REQUEUED -> Stage.PENDING;
                    case RESTORED -> event.leaseExpiration().isPresent() ? Stage.LEASED : Stage.PENDING;
                    case LEASE_GRANTED, HEARTBEAT -> Stage.LEASED;
                    case FAILED -> Stage.FAILED;
                    case LEASE_EXPIRED -> Stage.EXPIRED;
                    case DEAD_LETTERED -> Stage.DEAD;
                    case COMPLETED, DRAINED -> Stage.GONE;
                    case SNAPSHOT, SOURCE_STARTED -> throw new AssertionError(event);
                };
        return new Lifecycle(stage, event.task().attempt(), event.token().orElse(null), before.birth);
    }

    /** How many tasks were seen that are in none of the final stages. */
    long unfinished() {
        return lifecycles.values().stream()
                .filter(lifecycle -> lifecycle.stage != Stage.GONE && lifecycle.stage != Stage.DEAD)
                .count();
    }
}
