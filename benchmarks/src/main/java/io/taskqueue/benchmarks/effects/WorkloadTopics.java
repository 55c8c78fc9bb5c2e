package io.taskqueue.benchmarks.effects;

import io.taskqueue.benchmarks.broker.BenchmarkCluster;
import io.taskqueue.benchmarks.source.BatchSettings;
import io.taskqueue.benchmarks.source.SourceRun;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Writes topics with an exact number of events: the first records that a real source wrote, copied, so that the record at
 * offset n has sequence n.
 */
public final class WorkloadTopics {

    private final BenchmarkCluster cluster;
    private final SourceRun source;

    WorkloadTopics(BenchmarkCluster cluster) {
        this.cluster = cluster;
        this.source = new SourceRun(cluster);
    }

    /** Events of a number of tasks that fail repeatedly, so that the tasks' events are interleaved. */
    public String interleaved(int tasks, int events) throws InterruptedException, ExecutionException, TimeoutException {
        int cycles = Math.max(1, (events / tasks + 2) / 3);
        return copy(source.failing(tasks, cycles), events);
    }

    /** Events of tasks that are completed one after the other, three events each. */
    String successive(int events) throws InterruptedException, ExecutionException, TimeoutException {
        return copy(source.measure(BatchSettings.DEFAULT, events / 3 + 1).topic(), events);
    }

    /** The first records of a topic: SourceStarted and a number of events. */
    public List<ConsumerRecord<byte[], byte[]>> records(String topic, int events)
            throws InterruptedException, ExecutionException {
        List<ConsumerRecord<byte[], byte[]>> records = cluster.read(topic, events + 1);
        if (records.size() <= events || records.get(events).offset() != events) {
            throw new IllegalStateException("Topic " + topic + " must start with " + events
                    + " events without a gap, but has " + records.size() + " records.");
        }
        return records.subList(0, events + 1);
    }

    private String copy(String topic, int events) throws InterruptedException, ExecutionException {
        String copy = cluster.newTopic("work");
        AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
        AtomicLong next = new AtomicLong();
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            cluster.read(topic, events + 1, record -> {
                if (record.offset() != next.getAndIncrement()) {
                    throw new IllegalStateException("Topic " + topic + " must be without a gap, but offset "
                            + (next.get() - 1) + " is missing.");
                }
                var unused = producer.send(copyOf(record, copy), (metadata, error) -> {
                    if (error != null) {
                        failure.compareAndSet(null, error);
                    }
                });
            });
        }
        if (next.get() != events + 1) {
            throw new IllegalStateException(
                    "Topic " + topic + " must have " + events + " events, but has " + (next.get() - 1) + ".");
        }
        Exception error = failure.get();
        if (error != null) {
            throw new IllegalStateException("The events could not be copied to topic " + copy + ".", error);
        }
        return copy;
    }

    /** A producer with the source's default settings. */
    public KafkaProducer<byte[], byte[]> producer() {
        return cluster.producer(BatchSettings.DEFAULT.settings());
    }

    /** The record for another topic. */
    public static ProducerRecord<byte[], byte[]> copyOf(ConsumerRecord<byte[], byte[]> record, String topic) {
        return new ProducerRecord<>(topic, 0, record.key(), record.value(), record.headers());
    }
}
