package io.taskqueue.source.mark;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.EventFlag;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.source.mark.LiveTaskOffsets.Low;
import io.taskqueue.source.mark.LiveTaskOffsets.RetainedRecord;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class LiveTaskOffsetsTest {

    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

    private final LiveTaskOffsets offsets = new LiveTaskOffsets(new Position(20, 0), 100);
    private long sequence;

    @Test
    void markIsTheLatestEventOfTheTaskWhoseLatestEventIsOldest() {
        offsets.abandoned(List.of(), Optional.empty());
        assertThat(low()).isEqualTo(new Low(101, position(1), 0, position(0), Optional.empty()));

        acknowledge(EventKind.ENQUEUED, 1, 101);
        acknowledge(EventKind.ENQUEUED, 2, 105);
        assertThat(low()).isEqualTo(new Low(101, position(1), 2, position(2), Optional.of("key 2")));

        acknowledge(EventKind.LEASE_GRANTED, 1, 106);
        assertThat(low()).isEqualTo(new Low(105, position(2), 2, position(3), Optional.of("key 2")));

        acknowledge(EventKind.COMPLETED, 1, 107);
        acknowledge(EventKind.LEASE_GRANTED, 2, 108);
        acknowledge(EventKind.COMPLETED, 2, 109);
        assertThat(low()).isEqualTo(new Low(110, position(7), 0, position(6), Optional.of("key 2")));
        assertThat(offsets.live()).isZero();
    }

    @Test
    void markStaysAtTasksOfEarlierOwnersUntilThisSourceHasPublishedThem() {
        assertThat(offsets.low()).isEmpty(); // an earlier owner's mark stays until its tasks are known
        acknowledge(EventKind.ENQUEUED, 5, 101);
        offsets.abandoned(
                List.of(
                        new RetainedRecord(id(1), 40, new Position(10, 7), NOW),
                        new RetainedRecord(id(2), 60, new Position(10, 9), NOW)),
                Optional.of("key of an earlier owner"));

        assertThat(low()).isEqualTo(new Low(40, new Position(10, 7), 3, position(1), Optional.of("key 5")));
        assertThat(offsets.oldestAbandoned().orElseThrow().offset()).isEqualTo(40);
        acknowledge(EventKind.RESTORED, 1, 102);
        assertThat(low().offset()).isEqualTo(60);
        acknowledge(EventKind.RESTORED, 2, 103);
        assertThat(low().offset()).isEqualTo(101);
        assertThat(offsets.abandoned()).isZero();
    }

    @Test
    void offsetThatKafkaDidNotStateIsReplacedByALowerBound() {
        offsets.abandoned(List.of(), Optional.empty());
        acknowledge(EventKind.ENQUEUED, 1, 110);
        acknowledge(EventKind.ENQUEUED, 2, -1);
        acknowledge(EventKind.LEASE_GRANTED, 1, 120);

        assertThat(low().offset()).isEqualTo(111);
    }

    @Test
    void tasksThatAreHandedOverStayLiveAndDrainedOnesDoNot() {
        offsets.abandoned(List.of(), Optional.empty());
        acknowledge(EventKind.ENQUEUED, 1, 101);
        acknowledge(EventKind.ENQUEUED, 2, 102);
        drained(1, 103, EventFlag.FROM_DRAIN);
        drained(2, 104, EventFlag.FROM_DRAIN, EventFlag.HAND_OVER);

        assertThat(low().tasks()).isEqualTo(1);
        assertThat(low().offset()).isEqualTo(104);
    }

    @Test
    void oldestTasksComeFirst() {
        acknowledge(EventKind.ENQUEUED, 1, 101);
        acknowledge(EventKind.ENQUEUED, 2, 102);
        acknowledge(EventKind.ENQUEUED, 3, 103);
        acknowledge(EventKind.SNAPSHOT, 1, 104);

        assertThat(offsets.oldest(2)).extracting(RetainedRecord::task).containsExactly(id(2), id(3));
    }

    @Test
    void markStaysAtTheRecordWithThePayloadOfALiveTask() {
        offsets.abandoned(List.of(), Optional.empty());
        acknowledge(EventKind.ENQUEUED, 1, 101);
        acknowledge(EventKind.ENQUEUED, 2, 102);
        acknowledgeWithoutPayload(EventKind.LEASE_GRANTED, 1, 103);

        assertThat(low()).isEqualTo(new Low(101, position(1), 2, position(3), Optional.of("key 2")));
        assertThat(offsets.oldest(1)).containsExactly(new RetainedRecord(id(1), 101, position(1), NOW));

        acknowledge(EventKind.SNAPSHOT, 1, 104);
        assertThat(low().offset()).isEqualTo(102);

        acknowledgeWithoutPayload(EventKind.LEASE_GRANTED, 2, 105);
        acknowledgeWithoutPayload(EventKind.COMPLETED, 2, 106);
        assertThat(low()).isEqualTo(new Low(104, position(4), 1, position(6), Optional.of("key 2")));
    }

    private Low low() {
        return offsets.low().orElseThrow();
    }

    private static Position position(long number) {
        return new Position(20, number);
    }

    private static TaskId id(long number) {
        return new TaskId("orders", 20, number);
    }

    private void acknowledge(EventKind kind, long task, long offset) {
        acknowledge(event(kind, task), offset);
    }

    private void acknowledgeWithoutPayload(EventKind kind, long task, long offset) {
        acknowledge(event(kind, task).withoutPayload(), offset);
    }

    private TaskEvent<String> event(EventKind kind, long task) {
        TaskEvent.Builder<String> event =
                TaskEvent.builder(kind, ++sequence, NOW, new Task<>(id(task), 1, NOW, "payload", "key " + task));
        if (kind == EventKind.LEASE_GRANTED || kind == EventKind.COMPLETED) {
            event.token(new OwnershipToken(task, 1, new UUID(0, task)));
        }
        if (kind == EventKind.LEASE_GRANTED) {
            event.leaseExpiration(NOW);
        }
        return event.build();
    }

    private void drained(long task, long offset, EventFlag... flags) {
        TaskEvent.Builder<String> event =
                TaskEvent.builder(EventKind.DRAINED, ++sequence, NOW, new Task<>(id(task), 1, NOW, "payload"));
        List.of(flags).forEach(event::flag);
        acknowledge(event.build(), offset);
    }

    private void acknowledge(TaskEvent<String> change, long offset) {
        offsets.acknowledged(
                ReplicationEvent.of("orders", new SourceMetadata(position(sequence), "peer", null, NOW), change),
                offset);
    }
}
