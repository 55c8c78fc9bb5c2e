package io.taskqueue.fold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.taskqueue.event.EventFlag;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.fold.QueueFold.Step;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class QueueFoldTest {

    private static final Instant NOW = Instant.parse("2026-11-01T10:00:00Z");
    private static final Instant EXPIRES = NOW.plusSeconds(30);
    private static final TaskError ERROR = TaskError.of("no answer");

    private final QueueFold<String> fold = new QueueFold<>("orders", 2);
    private long number;

    @Test
    void eachEventMovesItsTaskToThePhaseItStates() {
        fold.apply(started(1));
        fold.apply(event(1, 1, EventKind.ENQUEUED, 1, 1));
        assertThat(phaseOf(1)).isEqualTo(TaskPhase.PENDING);
        fold.apply(event(1, 2, EventKind.LEASE_GRANTED, 1, 1));
        assertThat(task(1))
                .isEqualTo(new FoldedTask<>(
                        task(1, 1), TaskPhase.LEASED, null, token(1, 1), EXPIRES, null, new Position(1, 2)));
        fold.apply(event(1, 3, EventKind.FAILED, 1, 1));
        assertThat(task(1))
                .isEqualTo(new FoldedTask<>(
                        task(1, 2), TaskPhase.DELAYED, ERROR, token(1, 1), null, NOW, new Position(1, 3)));
        fold.apply(event(1, 4, EventKind.REQUEUED, 1, 2));
        assertThat(task(1))
                .isEqualTo(new FoldedTask<>(
                        task(1, 2), TaskPhase.PENDING, ERROR, token(1, 1), null, null, new Position(1, 4)));
        fold.apply(event(1, 5, EventKind.LEASE_GRANTED, 1, 2));
        assertThat(task(1).lastError()).isEqualTo(ERROR);
        fold.apply(event(1, 6, EventKind.FAILED, 1, 2));
        fold.apply(event(1, 7, EventKind.DEAD_LETTERED, 1, 2));
        assertThat(task(1))
                .isEqualTo(new FoldedTask<>(
                        task(1, 2), TaskPhase.DEAD, ERROR, token(1, 2), null, null, new Position(1, 7)));
        assertThat(fold.state().counts()).isEqualTo(new FoldedQueue.Counts(1, 0, 0, 1, 0, 0));
    }

    @Test
    void completedTaskLeaves() {
        fold.apply(event(1, 1, EventKind.ENQUEUED, 1, 1));
        fold.apply(event(1, 2, EventKind.LEASE_GRANTED, 1, 1));
        fold.apply(event(1, 3, EventKind.COMPLETED, 1, 1));
        assertThat(fold.task(id(1))).isEmpty();
        assertThat(fold.state().counts().completed()).isEqualTo(1);
    }

    @Test
    void duplicateChangesNothing() {
        fold.apply(started(1));
        fold.apply(event(1, 1, EventKind.ENQUEUED, 1, 1));
        fold.apply(event(1, 2, EventKind.LEASE_GRANTED, 1, 1));
        FoldedQueue<String> before = fold.state();

        assertThat(fold.apply(started(1))).isEqualTo(Step.DUPLICATE);
        assertThat(fold.apply(event(1, 1, EventKind.ENQUEUED, 1, 1))).isEqualTo(Step.DUPLICATE);
        assertThat(fold.apply(event(1, 2, EventKind.LEASE_GRANTED, 1, 1))).isEqualTo(Step.DUPLICATE);

        assertThat(fold.state()).isEqualTo(before);
    }

    @Test
    void eventOfAnEarlierEpochBehindTheFenceChangesNothing() {
        fold.apply(event(1, 1, EventKind.ENQUEUED, 1, 1));
        fold.apply(started(2));
        assertThat(fold.apply(event(1, 2, EventKind.LEASE_GRANTED, 1, 1))).isEqualTo(Step.STALE);
        assertThat(phaseOf(1)).isEqualTo(TaskPhase.PENDING);
    }

    @Test
    void missingEventsAreReported() {
        fold.apply(event(1, 1, EventKind.ENQUEUED, 1, 1));
        assertThat(fold.apply(event(1, 3, EventKind.ENQUEUED, 3, 1))).isEqualTo(Step.GAP);
        assertThat(fold.apply(event(2, 5, EventKind.ENQUEUED, 4, 1))).isEqualTo(Step.GAP);
        assertThat(fold.apply(started(3))).isEqualTo(Step.APPLIED);
        assertThat(fold.size(TaskPhase.PENDING)).isEqualTo(3);
    }

    @Test
    void liveTasksOfAnEarlierEpochAreAbandonedUntilTheyAreRestored() {
        fold.apply(event(1, 1, EventKind.ENQUEUED, 1, 1));
        fold.apply(event(1, 2, EventKind.ENQUEUED, 2, 1));
        fold.apply(event(1, 3, EventKind.LEASE_GRANTED, 1, 1));
        assertThat(fold.state().abandoned()).isEmpty();

        fold.apply(started(2));
        assertThat(fold.state().abandoned())
                .extracting(task -> task.task().id().sequenceId())
                .containsExactlyInAnyOrder(1L, 2L);

        fold.apply(event(2, 1, EventKind.RESTORED, 1, 2));
        assertThat(fold.state().abandoned())
                .extracting(task -> task.task().id().sequenceId())
                .containsExactly(2L);
        assertThat(phaseOf(1)).isEqualTo(TaskPhase.PENDING);
    }

    @Test
    void ofTheEndedTasksTheNewestAreKeptAndAllAreCounted() {
        for (int task = 1; task <= 3; task++) {
            fold.apply(event(1, 3L * task - 2, EventKind.ENQUEUED, task, 1));
            fold.apply(event(1, 3L * task - 1, EventKind.LEASE_GRANTED, task, 1));
            fold.apply(event(1, 3L * task, EventKind.DEAD_LETTERED, task, 1));
        }
        FoldedQueue<String> state = fold.state();
        assertThat(state.in(TaskPhase.DEAD))
                .extracting(task -> task.task().id().sequenceId())
                .containsExactly(2L, 3L);
        assertThat(fold.task(id(1))).isEmpty();
        assertThat(state.counts().deadLettered()).isEqualTo(3);
    }

    @Test
    void foldThatKeepsNoEndedTasksHoldsLiveOnesOnly() {
        QueueFold<String> live = new QueueFold<>("orders", 0);
        live.apply(event(1, 1, EventKind.ENQUEUED, 1, 1));
        live.apply(event(1, 2, EventKind.DRAINED, 1, 1));
        assertThat(live.state().in(TaskPhase.DRAINED)).isEmpty();
        assertThat(live.state().counts().drained()).isEqualTo(1);
    }

    @Test
    void eventOfAnotherQueueIsRefused() {
        QueueFold<String> other = new QueueFold<>("refunds", 0);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> other.apply(event(1, 1, EventKind.ENQUEUED, 1, 1)))
                .withMessage(
                        "The fold of queue refunds was given event 1/1 of queue orders (Enqueued #1 of task orders/1/1,"
                                + " attempt 1). Give it the events of its own queue only.");
    }

    @Test
    void negativeNumberOfEndedTasksIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new QueueFold<String>("orders", -1))
                .withMessage(
                        "A fold keeps a number of ended tasks of at least 0, but the one of queue orders was given -1."
                                + " Pass 0 to keep none.");
    }

    private TaskPhase phaseOf(long task) {
        return task(task).phase();
    }

    private FoldedTask<String> task(long task) {
        return fold.task(id(task)).orElseThrow();
    }

    private static TaskId id(long task) {
        return new TaskId("orders", 1, task);
    }

    private static Task<String> task(long task, int attempt) {
        return new Task<>(id(task), attempt, NOW, "payload " + task);
    }

    private static OwnershipToken token(long task, int attempt) {
        return new OwnershipToken(task, attempt, new UUID(task, attempt));
    }

    private static ReplicationEvent<String> started(long epoch) {
        return ReplicationEvent.sourceStarted("orders", metadata(epoch, 0), new UUID(0, epoch));
    }

    private ReplicationEvent<String> event(long epoch, long sequence, EventKind kind, long task, int attempt) {
        TaskEvent.Builder<String> event = TaskEvent.builder(kind, ++number, NOW, task(task, attempt));
        switch (kind) {
            case LEASE_GRANTED -> event.token(token(task, attempt)).leaseExpiration(EXPIRES);
            case COMPLETED -> event.token(token(task, attempt));
            case FAILED -> event.token(token(task, attempt)).error(ERROR);
            case DEAD_LETTERED -> event.token(token(task, attempt)).error(ERROR).flag(EventFlag.DEAD_LETTER);
            case REQUEUED, RESTORED -> event.token(attempt == 1 ? null : token(task, attempt - 1))
                    .error(ERROR);
            case DRAINED -> event.flag(EventFlag.FROM_DRAIN);
            case ENQUEUED -> {}
            default -> throw new IllegalArgumentException("no event of kind " + kind + " is built here");
        }
        return ReplicationEvent.of("orders", metadata(epoch, sequence), event.build());
    }

    private static SourceMetadata metadata(long epoch, long sequence) {
        return new SourceMetadata(new Position(epoch, sequence), "dispatcher-a", null, NOW);
    }
}
