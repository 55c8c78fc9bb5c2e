package io.taskqueue.source.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskId;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.ManualTime;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.recovery.SimulatedPartition.OwnerJournal;
import io.taskqueue.source.registry.LowWaterMark;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class LiveRecordsTest {

    private final SimulatedPartition partition = new SimulatedPartition("orders");
    private final OwnerJournal journal = new OwnerJournal("orders", 10, new ManualTime());

    @Test
    void eventOfAFencedOwnerDirectlyBehindTheMarkIsStale() {
        enqueue(1);
        partition.write(journal.events.get(1)); // epoch 10, although the mark is at epoch 20

        LiveRecords live = read(mark(0, new Position(20, 4), 0, new Position(20, 3)), false);

        assertThat(live.latest()).isEmpty();
        assertThat(live.events()).isZero();
    }

    @Test
    void recordWithoutHeadersIsReadFromItsValue() {
        enqueue(1);
        partition.write("orders", SimulatedPartition.CODEC.encode(journal.events.get(1)), new RecordHeaders());

        assertThat(read(Optional.empty(), false).latest()).hasSize(1);
    }

    @Test
    void tasksThatWereRemovedAreNotCountedExactlyIfTheEventsBehindTheMarkWereRemovedToo() {
        enqueue(9);
        partition.write(journal.events.get(9));

        RemovedTasks removed = read(mark(0, new Position(10, 1), 6, new Position(10, 6)), true)
                .removed()
                .orElseThrow();

        // of six tasks that were live at event 6, none appears; events 7 and 8 may have ended some
        assertThat(removed).isEqualTo(new RemovedTasks(6, 7, false, Optional.of(new Position(10, 9))));
    }

    @Test
    void nothingIsRemovedIfEachTaskOfTheMarkAppears() {
        enqueue(3);
        List.of(1, 2, 3).forEach(number -> partition.write(journal.events.get(number)));

        assertThat(read(mark(0, new Position(10, 1), 3, new Position(10, 3)), true)
                        .removed())
                .isEmpty();
    }

    @Test
    void theRecordWithThePayloadIsKeptBesideTheLatestOneUntilAnotherHasIt() {
        lease();
        partition.write(journal.events.get(1));
        partition.write(withoutPayload(journal.events.get(2)));

        LatestRecords leased = read(Optional.empty(), false).latest().get(0);
        assertThat(leased.latest().offset()).isEqualTo(1);
        assertThat(leased.oldest().offset()).isZero();

        partition.write(journal.events.get(3));
        LatestRecords written = read(Optional.empty(), false).latest().get(0);
        assertThat(written.payload()).isEqualTo(written.latest());
        assertThat(written.oldest().offset()).isEqualTo(2);
    }

    @Test
    void aRecordWithoutHeadersStatesByItsValueThatItHasNoPayload() {
        lease();
        for (int number : List.of(1, 2)) {
            ReplicationEvent<String> event = journal.events.get(number);
            partition.write(
                    "orders",
                    SimulatedPartition.CODEC.encode(number == 1 ? event : withoutPayload(event)),
                    new RecordHeaders());
        }

        LatestRecords leased = read(Optional.empty(), false).latest().get(0);

        assertThat(leased.latest().offset()).isEqualTo(1);
        assertThat(leased.oldest().offset()).isZero();
    }

    @Test
    void aTaskWhosePayloadIsNotOnThePartitionIsReported() {
        lease();
        partition.write(withoutPayload(journal.events.get(2)));
        LiveRecords live = read(Optional.empty(), false);

        LatestRecordDecoder.Decoded<String> decoded =
                new LatestRecordDecoder<>("orders", PayloadCodec.utf8(), payload -> {}).decode(live.latest());

        assertThat(decoded.tasks()).isEmpty();
        assertThat(decoded.undecodable())
                .containsExactly(
                        new UndecodableTask(
                                new TaskId("orders", 10, 1),
                                new Position(10, 2),
                                0,
                                "The source published event 10/2 of queue orders (LeaseGranted #2 of task orders/10/1, attempt 1) without"
                                        + " its payload, which an earlier event of the task has, but the partition does not hold that event"
                                        + " any more. Enqueue the task again from where it came, and raise the retention of the topic."));
        assertThat(RecoveryReader.retained(live.latest()))
                .singleElement()
                .satisfies(record -> assertThat(record.offset()).isZero());
    }

    @Test
    void theStateIsThatOfTheLatestEventAndOnlyThePayloadThatOfAnEarlierOne() {
        lease();
        partition.write(journal.events.get(3)); // a Snapshot of the leased task
        partition.write(withoutPayload(journal.events.get(4))); // the attempt has failed

        LatestRecordDecoder.Decoded<String> decoded = new LatestRecordDecoder<>(
                        "orders", PayloadCodec.utf8(), payload -> {})
                .decode(read(Optional.empty(), false).latest());

        assertThat(decoded.tasks()).singleElement().satisfies(task -> {
            assertThat(task.task().payload()).isEqualTo("payload");
            assertThat(task.task().attempt()).isEqualTo(2);
            assertThat(task.latest()).isEqualTo(new Position(10, 4));
        });
    }

    private static ReplicationEvent<String> withoutPayload(ReplicationEvent<String> event) {
        return ReplicationEvent.of(
                event.queueName(),
                event.metadata(),
                event.change().orElseThrow().withoutPayload());
    }

    /** Enqueued, LeaseGranted, Snapshot, Failed. */
    private void lease() {
        try (TaskQueue<String> queue = TaskQueue.<String>builder("orders").build()) {
            queue.attach(journal);
            TaskId id = queue.tryEnqueue("payload").orElseThrow();
            Lease<String> lease = queue.tryLease().orElseThrow();
            queue.writeSnapshots(List.of(id));
            lease.fail(TaskError.of("no answer"));
        }
    }

    private void enqueue(int tasks) {
        try (TaskQueue<String> queue = TaskQueue.<String>builder("orders").build()) {
            queue.attach(journal);
            for (int task = 0; task < tasks; task++) {
                assertThat(queue.tryEnqueue("payload")).isPresent();
            }
        }
    }

    private LiveRecords read(Optional<LowWaterMark> mark, boolean cut) {
        LiveRecords live = new LiveRecords("orders", mark, cut);
        partition.records.forEach(live::accept);
        return live;
    }

    private static Optional<LowWaterMark> mark(long offset, Position position, long live, Position upTo) {
        return Optional.of(new LowWaterMark(
                "orders",
                upTo.epoch(),
                new LowWaterMark.Place("events", Uuid.ONE_UUID, 0),
                offset,
                position,
                new LowWaterMark.Live(live, upTo, Optional.empty()),
                Instant.EPOCH));
    }
}
