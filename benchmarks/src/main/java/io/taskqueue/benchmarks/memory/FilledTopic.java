package io.taskqueue.benchmarks.memory;

import io.taskqueue.kafka.TopicAdmin;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A topic of events, one queue in each partition.
 *
 * @param events in all partitions, each of a task of its own
 */
public record FilledTopic(String name, int partitions, int events) {

    /** Creates and fills it. */
    public void fill(Admin admin, KafkaProducer<byte[], byte[]> producer) throws InterruptedException {
        TopicAdmin topics = new TopicAdmin(admin, Duration.ofSeconds(30));
        boolean created = topics.create(new NewTopic(name, partitions, (short) 1));
        if (!created || topics.awaitReady(name, partitions) != partitions) {
            throw new IllegalStateException("Topic " + name + " exists already.");
        }
        QueueRecords records = new QueueRecords(name);
        for (int partition = 0; partition < partitions; partition++) {
            var unused = producer.send(records.started(partition));
        }
        for (int event = 0; event < events; event++) {
            var unused = producer.send(records.enqueued(event % partitions, 1L + event / partitions));
        }
        producer.flush();
    }

    /**
     * The record of a further event, of a task of its own.
     *
     * @param event its number, one more than the one before
     * @param at when its source recorded it
     */
    ProducerRecord<byte[], byte[]> further(QueueRecords records, long event, Instant at) {
        return records.enqueued((int) (event % partitions), 1 + event / partitions, at);
    }

    /** The numbers of its partitions. */
    public IntStream numbers() {
        return IntStream.range(0, partitions);
    }
}
