package io.taskqueue.benchmarks;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Topics of so many events: what a real source wrote, cut to length, so that the record at offset n has sequence n. */
final class EventTopics {

    private final Cluster cluster;
    private final SourceRun source;

    EventTopics(Cluster cluster) {
        this.cluster = cluster;
        this.source = new SourceRun(cluster);
    }

    /** Events of so many tasks that fail again and again, so that tasks take turns. */
    String interleaved(int tasks, int events) throws InterruptedException, ExecutionException, TimeoutException {
        int laps = Math.max(1, (events / tasks + 2) / 3);
        return cut(source.failing(tasks, laps), events);
    }

    /** Events of tasks that are done one after the other, three each. */
    String successive(int events) throws InterruptedException, ExecutionException, TimeoutException {
        return cut(source.measure(Tuning.CHOSEN, events / 3 + 1).topic(), events);
    }

    /** The first records of a topic: SourceStarted and so many events. */
    List<ConsumerRecord<byte[], byte[]>> records(String topic, int events)
            throws InterruptedException, ExecutionException {
        List<ConsumerRecord<byte[], byte[]>> records = cluster.read(topic, events + 1);
        if (records.size() <= events || records.get(events).offset() != events) {
            throw new IllegalStateException("Topic " + topic + " does not hold " + events
                    + " events without a hole, but " + records.size() + " records.");
        }
        return records.subList(0, events + 1);
    }

    private String cut(String topic, int events) throws InterruptedException, ExecutionException {
        String copy = cluster.freshTopic("work");
        AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            for (ConsumerRecord<byte[], byte[]> record : records(topic, events)) {
                var unused = producer.send(copyOf(record, copy), (metadata, error) -> {
                    if (error != null) {
                        failure.compareAndSet(null, error);
                    }
                });
            }
        }
        Exception told = failure.get();
        if (told != null) {
            throw new IllegalStateException("The events were not copied to topic " + copy + ".", told);
        }
        return copy;
    }

    /** A producer that acknowledges as a source's does. */
    KafkaProducer<byte[], byte[]> producer() {
        Map<String, Object> settings = new HashMap<>(cluster.settings());
        settings.putAll(Tuning.CHOSEN.settings());
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    static ProducerRecord<byte[], byte[]> copyOf(ConsumerRecord<byte[], byte[]> record, String topic) {
        return new ProducerRecord<>(topic, 0, record.key(), record.value(), record.headers());
    }
}
