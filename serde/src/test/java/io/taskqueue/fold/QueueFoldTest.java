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
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;
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
    void aTaskKeepsItsPayloadWhereLaterEventsAreWithoutIt() {
        fold.apply(started(1));
        fold.apply(event(1, 1, EventKind.ENQUEUED, 1, 1));
        fold.apply(withoutPayload(event(1, 2, EventKind.LEASE_GRANTED, 1, 1)));
        fold.apply(withoutPayload(event(1, 3, EventKind.FAILED, 1, 1)));
        fold.apply(withoutPayload(event(1, 4, EventKind.REQUEUED, 1, 2)));

        assertThat(task(1).task()).isEqualTo(task(1, 2));
    }

    @Test
    void aFoldThatStartsBehindThePayloadHasTheTaskWithoutItUntilAnEventHasIt() {
        fold.apply(withoutPayload(event(1, 4, EventKind.LEASE_GRANTED, 1, 1)));
        assertThat(task(1).task()).isEqualTo(task(1, 1).withoutPayload());

        fold.apply(withoutPayload(event(1, 5, EventKind.FAILED, 1, 1)));
        assertThat(task(1).phase()).isEqualTo(TaskPhase.DELAYED);
        assertThat(task(1).task().hasPayload()).isFalse();

        fold.apply(event(1, 6, EventKind.DEAD_LETTERED, 1, 1));
        assertThat(task(1).task()).isEqualTo(task(1, 1));
    }

    private static ReplicationEvent<String> withoutPayload(ReplicationEvent<String> event) {
        return ReplicationEvent.of(
                event.queueName(),
                event.metadata(),
                event.change().orElseThrow().withoutPayload());
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
    void aSnapshotShowsItsTaskAndKeepsItsPlace() {
        fold.apply(event(1, 1, EventKind.ENQUEUED, 1, 1));
        fold.apply(event(1, 2, EventKind.ENQUEUED, 2, 1));
        FoldedQueue<String> before = fold.state();

        fold.apply(parts(1, 3, EventKind.SNAPSHOT, 1, 1, change -> change.pendingSince(1)));

        assertThat(fold.state().in(TaskPhase.PENDING))
                .extracting(task -> task.task().id().sequenceId() + " at " + task.latest())
                .containsExactly("1 at 1/3", "2 at 1/2");
        assertThat(fold.state().counts()).isEqualTo(before.counts());
    }

    @Test
    void aFoldThatStartsBehindTasksOrdersTheirSnapshotsByTheEventThatMadeThemPending() {
        fold.apply(event(1, 10, EventKind.ENQUEUED, 5, 1));
        fold.apply(parts(1, 11, EventKind.SNAPSHOT, 2, 1, change -> change.pendingSince(2)));
        number = 20;
        fold.apply(parts(1, 12, EventKind.SNAPSHOT, 1, 1, change -> change.pendingSince(1)));

        assertThat(fold.state().in(TaskPhase.PENDING))
                .extracting(task -> task.task().id().sequenceId())
                .containsExactly(5L, 1L, 2L);
    }

    @Test
    void partsShowTheStateOfARestoredOrWrittenTask() {
        for (EventKind kind : List.of(EventKind.RESTORED, EventKind.SNAPSHOT)) {
            QueueFold<String> shown = new QueueFold<>("orders", 0);
            shown.apply(
                    parts(1, 1, kind, 1, 2, change -> change.token(token(1, 2)).leaseExpiration(EXPIRES)));
            shown.apply(
                    parts(1, 2, kind, 2, 2, change -> change.token(token(2, 1)).availableAt(EXPIRES)));
            shown.apply(parts(1, 3, kind, 3, 2, change -> change.token(token(3, 1))));

            assertThat(shown.task(id(1)))
                    .contains(new FoldedTask<>(
                            task(1, 2), TaskPhase.LEASED, null, token(1, 2), EXPIRES, null, new Position(1, 1)));
            assertThat(shown.task(id(2)))
                    .contains(new FoldedTask<>(
                            task(2, 2), TaskPhase.DELAYED, null, token(2, 1), null, EXPIRES, new Position(1, 2)));
            assertThat(shown.task(id(3)))
                    .contains(new FoldedTask<>(
                            task(3, 2), TaskPhase.PENDING, null, token(3, 1), null, null, new Position(1, 3)));
        }
    }

    @Test
    void aHandedOverTaskIsLiveAndAbandonedUntilTheNextOwnerRestoresIt() {
        QueueFold<String> live = new QueueFold<>("orders", 0);
        live.apply(event(1, 1, EventKind.ENQUEUED, 1, 1));
        live.apply(parts(1, 2, EventKind.DRAINED, 1, 2, change -> change.token(token(1, 1))
                .availableAt(EXPIRES)
                .flag(EventFlag.FROM_DRAIN)
                .flag(EventFlag.HAND_OVER)));

        assertThat(live.task(id(1)))
                .contains(new FoldedTask<>(
                        task(1, 2), TaskPhase.HANDED_OVER, null, token(1, 1), null, EXPIRES, new Position(1, 2)));
        assertThat(TaskPhase.HANDED_OVER.live()).isTrue();
        live.apply(started(2));
        assertThat(live.state().abandoned()).hasSize(1);
        live.apply(event(2, 1, EventKind.RESTORED, 1, 2));
        assertThat(live.state().abandoned()).isEmpty();
        assertThat(live.size(TaskPhase.HANDED_OVER)).isZero();
    }

    @Test
    void theKeyOfTheLastEnqueuedTaskIsKeptAlsoWhenTheTaskHasEnded() {
        assertThat(fold.state().lastKey()).isNull();
        fold.apply(keyed(1, EventKind.ENQUEUED, 1, "line 1"));
        fold.apply(keyed(2, EventKind.ENQUEUED, 2, "line 2"));
        fold.apply(keyed(3, EventKind.DRAINED, 2, "line 2"));
        fold.apply(keyed(4, EventKind.RESTORED, 7, "line 0"));
        fold.apply(event(1, 5, EventKind.ENQUEUED, 3, 1));

        assertThat(fold.state().lastKey()).isEqualTo("line 2");
        assertThat(task(1).task().key()).isEqualTo("line 1");
    }

    @Test
    void availableTimeOfAFailedAttemptIsThatOfTheEventOrWhenTheAttemptEnded() {
        fold.apply(event(1, 1, EventKind.FAILED, 1, 1));
        fold.apply(parts(1, 2, EventKind.FAILED, 2, 1, change -> change.token(token(2, 1))
                .error(ERROR)
                .availableAt(EXPIRES)));

        assertThat(task(1).availableAt()).isEqualTo(NOW);
        assertThat(task(2).availableAt()).isEqualTo(EXPIRES);
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

    private ReplicationEvent<String> parts(
            long epoch,
            long sequence,
            EventKind kind,
            long task,
            int attempt,
            UnaryOperator<TaskEvent.Builder<String>> parts) {
        number = Math.max(number + 1, sequence);
        return ReplicationEvent.of(
                "orders",
                metadata(epoch, sequence),
                parts.apply(TaskEvent.builder(kind, number, NOW, task(task, attempt)))
                        .build());
    }

    private ReplicationEvent<String> keyed(long sequence, EventKind kind, long task, String key) {
        TaskEvent.Builder<String> event =
                TaskEvent.builder(kind, ++number, NOW, new Task<>(id(task), 1, NOW, "payload", key));
        return ReplicationEvent.of(
                "orders",
                metadata(1, sequence),
                (kind == EventKind.DRAINED ? event.flag(EventFlag.FROM_DRAIN) : event).build());
    }

    private static SourceMetadata metadata(long epoch, long sequence) {
        return new SourceMetadata(new Position(epoch, sequence), "dispatcher-a", null, NOW);
    }
}
