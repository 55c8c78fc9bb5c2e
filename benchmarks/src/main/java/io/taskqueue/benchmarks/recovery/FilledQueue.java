package io.taskqueue.benchmarks.recovery;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.source.registry.LowWaterMark;
import io.taskqueue.source.registry.LowWaterMark.Place;
import io.taskqueue.source.registry.QueueMarks;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * A queue whose owner has died: live tasks, other events of tasks that have ended, and the low-water mark.
 *
 * @param live how many tasks are live
 * @param others how many events of other tasks there are
 * @param othersAreBehindTheMark whether a recovery has to read them: the live tasks were enqueued first; otherwise they were enqueued last
 */
public record FilledQueue(String name, String topic, int live, int others, boolean othersAreBehindTheMark) {

    private static final ReplicationEventCodec<String> CODEC = new ReplicationEventCodec<>(PayloadCodec.utf8());
    private static final Instant THEN = Instant.parse("2026-01-02T03:04:05Z");
    private static final String PAYLOAD = "x".repeat(100);
    private static final UUID INSTANCE = new UUID(1, 1);
    private static final int EVENTS_OF_ONE_TASK = 3;

    /** The number of records in the partition. */
    public long records() {
        return 1L + live + others;
    }

    /** Claims the queue, and writes its events and its mark. The topic has one partition and is empty. */
    public Place fill(Map<String, Object> kafka, Admin admin, Producer<byte[], byte[]> producer) throws Exception {
        long epoch;
        try (TaskQueue<String> queue = TaskQueue.<String>builder(name).build();
                ReplicationSource<String> claiming = ReplicationSource.builder(queue, PayloadCodec.utf8())
                        .kafka(kafka)
                        .topic(topic)
                        .start()) {
            epoch = claiming.epoch();
        }
        Writer writer = new Writer(producer, epoch);
        long mark = 1;
        if (othersAreBehindTheMark) {
            enqueue(writer);
            finishOthers(writer);
        } else {
            finishOthers(writer);
            mark = writer.sequence + 1;
            enqueue(writer);
        }
        Uuid id = Objects.requireNonNull(admin.describeTopics(List.of(topic))
                        .allTopicNames()
                        .get()
                        .get(topic))
                .topicId();
        Place place = new Place(topic, id, 0);
        producer.send(QueueMarks.record(
                        ReplicationSource.DEFAULT_REGISTRY_TOPIC,
                        new LowWaterMark(
                                name,
                                epoch,
                                place,
                                mark,
                                new Position(epoch, mark),
                                new LowWaterMark.Live(live, new Position(epoch, writer.sequence), Optional.empty()),
                                THEN)))
                .get();
        producer.flush();
        return place;
    }

    private void enqueue(Writer writer) {
        for (int task = 0; task < live; task++) {
            writer.write(EventKind.ENQUEUED, writer.sequence + 1);
        }
    }

    private void finishOthers(Writer writer) {
        for (int event = 0; event < others; event += EVENTS_OF_ONE_TASK) {
            long task = writer.sequence + 1;
            writer.write(EventKind.ENQUEUED, task);
            writer.write(EventKind.LEASE_GRANTED, task);
            writer.write(EventKind.COMPLETED, task);
        }
    }

    private final class Writer {

        private final Producer<byte[], byte[]> producer;
        private final long epoch;
        private long sequence;

        Writer(Producer<byte[], byte[]> producer, long epoch) {
            this.producer = producer;
            this.epoch = epoch;
        }

        void write(EventKind kind, long task) {
            sequence++;
            TaskEvent.Builder<String> change = TaskEvent.builder(
                    kind, sequence, THEN, new Task<>(new TaskId(name, epoch, task), 1, THEN, PAYLOAD));
            if (kind != EventKind.ENQUEUED) {
                change.token(new OwnershipToken(task, 1, INSTANCE));
            }
            if (kind == EventKind.LEASE_GRANTED) {
                change.leaseExpiration(THEN);
            }
            ReplicationEvent<String> event = ReplicationEvent.of(
                    name, new SourceMetadata(new Position(epoch, sequence), "benchmark", null, THEN), change.build());
            RecordHeaders headers = new RecordHeaders();
            EventHeaders.write(event, INSTANCE, headers);
            var unused = producer.send(new ProducerRecord<>(
                    topic, 0, name.getBytes(StandardCharsets.UTF_8), CODEC.encode(event), headers));
        }
    }
}
