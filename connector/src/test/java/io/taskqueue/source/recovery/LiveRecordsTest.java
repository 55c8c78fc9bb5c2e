package io.taskqueue.source.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.Position;
import io.taskqueue.queue.ManualTime;
import io.taskqueue.queue.TaskQueue;
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
