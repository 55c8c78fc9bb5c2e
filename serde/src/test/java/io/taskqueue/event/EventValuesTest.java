package io.taskqueue.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Impossible values cannot be built, and the refusal says why. */
class EventValuesTest {

    private static final Instant NOW = Instant.parse("2026-11-01T10:00:00Z");
    private static final UUID ID = UUID.fromString("00000000-0000-0000-0000-00000000000a");

    @Test
    void positionsAreOrderedByEpochThenSequence() {
        assertThat(new Position(1, 9)).isLessThan(new Position(2, 0)).isGreaterThan(new Position(1, 8));
        assertThat(new Position(1, 9).next()).isEqualTo(new Position(1, 10)).hasToString("1/10");
    }

    @Test
    void positionBelowZeroIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Position(-1, 0))
                .withMessage(
                        "A position has no negative part, but this is epoch -1, sequence 0. Epochs and sequences are "
                                + "counted from 0.");
        assertThatIllegalArgumentException().isThrownBy(() -> new Position(0, -1));
    }

    @Test
    void attemptBelowOneIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Task<>(new TaskId("orders", 0, 1), 0, NOW, "p"))
                .withMessage("Attempts are counted from 1, but task orders/0/1 is given attempt 0.");
    }

    @Test
    void taskWithoutPayloadIsRefused() {
        assertThatNullPointerException()
                .isThrownBy(() -> new Task<>(new TaskId("orders", 0, 1), 1, NOW, null))
                .withMessage("payload");
    }

    @Test
    void taskIdOutOfRangeIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TaskId("orders", 0, 0))
                .withMessage(
                        "A task has an epoch of at least 0 and a sequence id of at least 1, but this is epoch 0, sequence id "
                                + "0 of queue orders.");
        assertThatIllegalArgumentException().isThrownBy(() -> new TaskId("orders", -1, 1));
    }

    @Test
    void tokenOutOfRangeIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new OwnershipToken(1, 0, ID))
                .withMessage(
                        "An ownership token counts tasks and attempts from 1, but this is sequence id 1, attempt 0.");
        assertThatIllegalArgumentException().isThrownBy(() -> new OwnershipToken(0, 1, ID));
    }

    @Test
    void onlySourceStartedIsSequenceZero() {
        TaskEvent<String> change = TaskEvent.builder(
                        EventKind.ENQUEUED, 1, NOW, new Task<>(new TaskId("orders", 0, 1), 1, NOW, "p"))
                .build();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ReplicationEvent.of("orders", metadata(0), change))
                .withMessage(
                        "Sequence 0 of an epoch is SourceStarted, but Enqueued #1 of task orders/0/1, attempt 1 of queue "
                                + "orders was given it. Mutations are numbered from 1.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ReplicationEvent.sourceStarted("orders", metadata(1), ID))
                .withMessage(
                        "SourceStarted is sequence 0 of its epoch, but queue orders was given one at position 7/1.");
    }

    @Test
    void sourceStartedSaysThatItHasNoTask() {
        ReplicationEvent<String> event = ReplicationEvent.sourceStarted("orders", metadata(0), ID);

        assertThat(event.kind()).isEqualTo(EventKind.SOURCE_STARTED);
        assertThat(event.occurredAt()).isEqualTo(NOW);
        assertThatIllegalStateException()
                .isThrownBy(event::payload)
                .withMessage("SourceStarted at position 7/0 of queue orders carries no task. Ask kind() first.");
    }

    @Test
    void textOfAnEventHidesItsPayload() {
        TaskEvent<String> change = TaskEvent.builder(
                        EventKind.ENQUEUED, 1, NOW, new Task<>(new TaskId("orders", 0, 1), 1, NOW, "secret"))
                .build();

        assertThat(ReplicationEvent.of("orders", metadata(4), change))
                .hasToString("event 7/4 of queue orders (Enqueued #1 of task orders/0/1, attempt 1)");
    }

    @ParameterizedTest
    @EnumSource(EventKind.class)
    void kindIsFoundByItsName(EventKind kind) {
        assertThat(EventKind.ofWireName(kind.wireName())).contains(kind);
    }

    @ParameterizedTest
    @EnumSource(EventFlag.class)
    void flagIsFoundByItsName(EventFlag flag) {
        assertThat(EventFlag.ofWireName(flag.wireName())).contains(flag);
        assertThat(EventFlag.ofWireName(flag.name())).isEmpty();
    }

    private static SourceMetadata metadata(long sequence) {
        return new SourceMetadata(new Position(7, sequence), "dispatcher-a", null, NOW);
    }
}
