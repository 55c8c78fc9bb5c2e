package io.taskqueue.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Invalid values cannot be built, and the exception names the reason. */
class EventValuesTest {

    private static final Instant NOW = Instant.parse("2026-11-01T10:00:00Z");
    private static final UUID ID = UUID.fromString("00000000-0000-0000-0000-00000000000a");

    @Test
    void positionsAreOrderedByEpochThenSequence() {
        assertThat(new Position(1, 9)).isLessThan(new Position(2, 0)).isGreaterThan(new Position(1, 8));
        assertThat(new Position(1, 9).next()).isEqualTo(new Position(1, 10)).hasToString("1/10");
    }

    @Test
    void positionIsParsedFromItsText() {
        assertThat(Position.parse("7/20")).contains(new Position(7, 20));
        assertThat(Position.parse("0/999999999999999999")).contains(new Position(0, 999_999_999_999_999_999L));
        for (String other : List.of("", "7", "7/", "/20", "-7/20", "7/20/1", "7 /20", "7/1000000000000000000")) {
            assertThat(Position.parse(other)).as(other).isEmpty();
        }
    }

    @Test
    void positionBelowZeroIsRejected() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Position(-1, 0))
                .withMessage(
                        "A position has an epoch and a sequence of at least 0, but this one has epoch -1, sequence 0.");
        assertThatIllegalArgumentException().isThrownBy(() -> new Position(0, -1));
    }

    @Test
    void attemptBelowOneIsRejected() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Task<>(new TaskId("orders", 0, 1), 0, NOW, "p"))
                .withMessage("Attempts are numbered from 1, but task orders/0/1 has attempt 0.");
    }

    @Test
    void firstAttemptIsNotBehindTheAttempt() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Task<>(new TaskId("orders", 0, 1), 2, NOW, "p", null, 3))
                .withMessage(
                        "The first attempt of a task is from 1 to its attempt, but task orders/0/1 at attempt 2 has"
                                + " first attempt 3.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Task<>(new TaskId("orders", 0, 1), 2, NOW, "p", null, 0))
                .withMessage(
                        "The first attempt of a task is from 1 to its attempt, but task orders/0/1 at attempt 2 has"
                                + " first attempt 0.");
    }

    @Test
    void attemptsOfARetriedTaskAreCountedAgain() {
        Task<String> dead = new Task<>(new TaskId("orders", 0, 1), 5, NOW, "p", "key");

        assertThat(dead.attempts()).isEqualTo(5);
        assertThat(dead.retried()).isEqualTo(new Task<>(dead.id(), 6, NOW, "p", "key", 6));
        assertThat(dead.retried().nextAttempt().attempts()).isEqualTo(2);
        assertThat(dead.retried().nextAttempt().previousAttempt()).isEqualTo(dead.retried());
    }

    @Test
    void taskWithoutPayloadIsRejected() {
        assertThatNullPointerException()
                .isThrownBy(() -> new Task<>(new TaskId("orders", 0, 1), 1, NOW, null))
                .withMessage("payload");
    }

    @Test
    void taskIdOutOfRangeIsRejected() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TaskId("orders", 0, 0))
                .withMessage(
                        "A task has an epoch of at least 0 and a sequence id of at least 1, but this one has epoch 0, "
                                + "sequence id 0 in queue orders.");
        assertThatIllegalArgumentException().isThrownBy(() -> new TaskId("orders", -1, 1));
    }

    @Test
    void tokenOutOfRangeIsRejected() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new OwnershipToken(1, 0, ID))
                .withMessage(
                        "An ownership token has a sequence id and an attempt of at least 1, but this one has sequence id 1, "
                                + "attempt 0.");
        assertThatIllegalArgumentException().isThrownBy(() -> new OwnershipToken(0, 1, ID));
    }

    @Test
    void onlySourceStartedHasSequenceZero() {
        TaskEvent<String> change = TaskEvent.builder(
                        EventKind.ENQUEUED, 1, NOW, new Task<>(new TaskId("orders", 0, 1), 1, NOW, "p"))
                .build();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ReplicationEvent.of("orders", metadata(0), change))
                .withMessage(
                        "Sequence 0 of an epoch is reserved for SourceStarted, but Enqueued #1 of task orders/0/1, attempt 1 "
                                + "of queue orders has it. Number mutations from 1.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ReplicationEvent.sourceStarted("orders", metadata(1), ID))
                .withMessage(
                        "SourceStarted has sequence 0 of its epoch, but the one of queue orders has position 7/1.");
    }

    @Test
    void sourceStartedReportsThatItHasNoTask() {
        ReplicationEvent<String> event = ReplicationEvent.sourceStarted("orders", metadata(0), ID);

        assertThat(event.kind()).isEqualTo(EventKind.SOURCE_STARTED);
        assertThat(event.occurredAt()).isEqualTo(NOW);
        assertThatIllegalStateException()
                .isThrownBy(event::payload)
                .withMessage("SourceStarted at position 7/0 of queue orders has no task. Check kind() first.");
    }

    @Test
    void toStringHidesThePayload() {
        TaskEvent<String> change = TaskEvent.builder(
                        EventKind.ENQUEUED, 1, NOW, new Task<>(new TaskId("orders", 0, 1), 1, NOW, "secret"))
                .build();

        assertThat(ReplicationEvent.of("orders", metadata(4), change))
                .hasToString("event 7/4 of queue orders (Enqueued #1 of task orders/0/1, attempt 1)");
    }

    @ParameterizedTest
    @EnumSource(EventKind.class)
    void kindIsFoundByItsWireName(EventKind kind) {
        assertThat(EventKind.ofWireName(kind.wireName())).contains(kind);
    }

    @ParameterizedTest
    @EnumSource(EventFlag.class)
    void flagIsFoundByItsWireName(EventFlag flag) {
        assertThat(EventFlag.ofWireName(flag.wireName())).contains(flag);
        assertThat(EventFlag.ofWireName(flag.name())).isEmpty();
    }

    private static SourceMetadata metadata(long sequence) {
        return new SourceMetadata(new Position(7, sequence), "dispatcher-a", null, NOW);
    }

    @Test
    void aPayloadThatIsNotKnownIsNotReturned() {
        Task<String> task = new Task<>(new TaskId("orders", 7, 42), 1, NOW, "p").withoutPayload();

        assertThat(task.hasPayload()).isFalse();
        assertThatIllegalStateException()
                .isThrownBy(task::payload)
                .withMessage(
                        "The payload of task orders/7/42 is not known here: its source includes it in the task's first event only."
                                + " Check hasPayload() and keep the payload of Enqueued and Restored, or have the source include it in"
                                + " each event: payload(PayloadInclusion.EVERY_EVENT).");
        assertThat(task.nextAttempt().hasPayload()).isFalse();
        assertThat(task.withPayload("p")).isEqualTo(new Task<>(new TaskId("orders", 7, 42), 1, NOW, "p"));
    }
}
