package io.taskqueue.benchmarks.memory;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.kafka.TopicAdmin;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * A topic of events, one queue in each partition.
 *
 * @param events in all partitions, each of a task of its own
 */
public record FilledTopic(String name, int partitions, int events) {

    private static final ReplicationEventCodec<String> CODEC = new ReplicationEventCodec<>(PayloadCodec.utf8());
    private static final Instant THEN = Instant.parse("2026-01-02T03:04:05Z");
    private static final String PAYLOAD = "x".repeat(100);

    /** Creates and fills it. */
    public void fill(Admin admin, KafkaProducer<byte[], byte[]> producer) throws InterruptedException {
        TopicAdmin topics = new TopicAdmin(admin, Duration.ofSeconds(30));
        boolean created = topics.create(new NewTopic(name, partitions, (short) 1));
        if (!created || topics.awaitReady(name, partitions) != partitions) {
            throw new IllegalStateException("Topic " + name + " exists already.");
        }
        for (int partition = 0; partition < partitions; partition++) {
            send(producer, partition, ReplicationEvent.sourceStarted(queue(partition), at(0, THEN), instance()));
        }
        for (int event = 0; event < events; event++) {
            send(producer, event, THEN);
        }
        producer.flush();
    }

    /**
     * Sends an event, of a task of its own.
     *
     * @param event its number, one more than the one before
     * @param at when its source recorded it
     */
    void send(KafkaProducer<byte[], byte[]> producer, long event, Instant at) {
        int partition = (int) (event % partitions);
        long sequence = 1 + event / partitions;
        Task<String> task = new Task<>(new TaskId(queue(partition), 1, sequence), 1, THEN, PAYLOAD);
        send(
                producer,
                partition,
                ReplicationEvent.of(
                        queue(partition),
                        at(sequence, at),
                        TaskEvent.builder(EventKind.ENQUEUED, sequence, THEN, task)
                                .build()));
    }

    /** That of the source which has written all its events. */
    private UUID instance() {
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
    }

    /** The numbers of its partitions. */
    public IntStream numbers() {
        return IntStream.range(0, partitions);
    }

    private void send(
            KafkaProducer<byte[], byte[]> producer, int partition, ReplicationEvent<String> event) {
        RecordHeaders headers = new RecordHeaders();
        EventHeaders.write(event, instance(), headers);
        var unused = producer.send(new ProducerRecord<>(
                name, partition, queue(partition).getBytes(StandardCharsets.UTF_8), CODEC.encode(event), headers));
    }

    private static String queue(int partition) {
        return "queue-" + partition;
    }

    private static SourceMetadata at(long sequence, Instant recorded) {
        return new SourceMetadata(new Position(1, sequence), "benchmark", null, recorded);
    }
}
