package io.taskqueue.benchmarks.memory;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** The records of one queue in each partition of a topic, each event of a task of its own. */
public final class QueueRecords {

    private static final ReplicationEventCodec<String> CODEC = new ReplicationEventCodec<>(PayloadCodec.utf8());
    private static final Instant THEN = Instant.parse("2026-01-02T03:04:05Z");
    private static final String PAYLOAD = "x".repeat(100);

    private final String topic;
    private final UUID instance;

    public QueueRecords(String topic) {
        this.topic = topic;
        this.instance = UUID.nameUUIDFromBytes(topic.getBytes(StandardCharsets.UTF_8));
    }

    /** The queue of a partition. */
    public static String queue(int partition) {
        return "queue-" + partition;
    }

    /** The first record of a partition, at sequence 0. */
    public ProducerRecord<byte[], byte[]> started(int partition) {
        return record(partition, ReplicationEvent.sourceStarted(queue(partition), at(0, THEN), instance));
    }

    /** An enqueued task. */
    public ProducerRecord<byte[], byte[]> enqueued(int partition, long sequence) {
        return enqueued(partition, sequence, THEN);
    }

    /** @param at when the source of the queue recorded the event */
    ProducerRecord<byte[], byte[]> enqueued(int partition, long sequence, Instant at) {
        Task<String> task = new Task<>(new TaskId(queue(partition), 1, sequence), 1, THEN, PAYLOAD);
        TaskEvent<String> change =
                TaskEvent.builder(EventKind.ENQUEUED, sequence, THEN, task).build();
        return record(partition, ReplicationEvent.of(queue(partition), at(sequence, at), change));
    }

    private ProducerRecord<byte[], byte[]> record(int partition, ReplicationEvent<String> event) {
        RecordHeaders headers = new RecordHeaders();
        EventHeaders.write(event, instance, headers);
        byte[] key = queue(partition).getBytes(StandardCharsets.UTF_8);
        return new ProducerRecord<>(topic, partition, key, CODEC.encode(event), headers);
    }

    private static SourceMetadata at(long sequence, Instant recorded) {
        return new SourceMetadata(new Position(1, sequence), "benchmark", null, recorded);
    }
}
