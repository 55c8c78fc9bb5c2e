package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.streams.checkpoint.LogState;
import io.taskqueue.streams.clients.EventTopicDescription;
import io.taskqueue.streams.partition.PartitionWork;
import io.taskqueue.streams.results.ResultFormat;
import io.taskqueue.streams.results.ResultsPurge;
import io.taskqueue.streams.state.KeyValues;
import io.taskqueue.streams.state.MemoryKeyValues;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A purge does not make the ticks long between which Kafka Streams takes one polled event of each partition. */
class PurgeYieldsToPolledEventsTest {

    private static final int OLD = 4 * ResultsPurge.STEP;
    private static final Uuid TOPIC = new Uuid(7, 8);
    private static final UUID INSTANCE = new UUID(0, 1);
    private static final Instant THEN = Instant.parse("2026-01-02T03:04:05Z");
    private static final String QUEUE = "orders";

    @TempDir
    Path directory;

    private final ReplicationEventCodec<String> codec = new ReplicationEventCodec<>(PayloadCodec.utf8());
    private final KeyValues results = new MemoryKeyValues();
    private LonePartition partition;
    private PartitionWork<String> work;

    @BeforeEach
    void recordResults() {
        partition = new LonePartition(directory);
        EventTopicDescription description = new EventTopicDescription(TOPIC, 1, 1_048_588, Map.of(0, 0L), Map.of());
        work = partition.work(results, new MemoryKeyValues(), () -> description, 0);
        boolean unused = work.begin(OptionalLong.empty(), OptionalLong.empty());
        work.restore(codec);
        take(0, ReplicationEvent.sourceStarted(QUEUE, at(0), INSTANCE));
        for (int sequence = 1; sequence <= OLD; sequence++) {
            takeNext(sequence);
        }
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> {
            pass(() -> work.advance(true));
            return oldResults() == OLD;
        });
        work.adopt(new LogState(TOPIC, 1, OLD + 1, OLD + 2));
    }

    @AfterEach
    void stop() {
        partition.close();
    }

    @Test
    void aTickPurgesWhereNoEventsArePolled() {
        assertThat(purgedByTick(false)).isPositive();
        assertThat(purgedByTick(false)).isPositive();
    }

    @Test
    void aTickPurgesNothingWhilePolledEventsAreTaken() {
        for (int sequence = OLD + 1; sequence < OLD + 10; sequence++) {
            takeNext(sequence);
            assertThat(purgedByTick(true)).isZero();
        }
    }

    @Test
    void aTickPurgesWherePolledEventsCannotBeTaken() {
        takeNext(OLD + 1);
        assertThat(purgedByTick(true)).isZero();
        assertThat(purgedByTick(true)).isPositive();
        assertThat(purgedByTick(true)).isPositive();
    }

    /** How many results of old events a tick deletes. */
    private long purgedByTick(boolean recordsWait) {
        long before = oldResults();
        pass(() -> {
            Optional<Duration> unused = work.tick(recordsWait);
        });
        return before - oldResults();
    }

    private void pass(Runnable part) {
        boolean unused = work.beginPass();
        part.run();
        work.endPass();
    }

    private long oldResults() {
        long old = 0;
        try (KeyValues.Entries entries = results.all()) {
            while (entries.hasNext()) {
                if (ResultFormat.key("alone", entries.next().key()).position().sequence() <= OLD) {
                    old++;
                }
            }
        }
        return old;
    }

    private void takeNext(int sequence) {
        Task<String> task = new Task<>(new TaskId(QUEUE, 1, sequence), 1, THEN, "payload");
        TaskEvent<String> event =
                TaskEvent.builder(EventKind.ENQUEUED, sequence, THEN, task).build();
        take(sequence, ReplicationEvent.of(QUEUE, at(sequence), event));
        work.purgeForRecord();
    }

    /** An event whose sequence is its offset. */
    private void take(long offset, ReplicationEvent<String> event) {
        work.accept(event, codec.encode(event), offset);
    }

    private static SourceMetadata at(long sequence) {
        return new SourceMetadata(new Position(1, sequence), "test", null, THEN);
    }
}
