package io.taskqueue.benchmarks;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** A bare producer that sends, from one thread, the very keys, values and headers that a source sent, round and round. */
final class ProducerRun {

    private final Cluster cluster;
    private final List<ConsumerRecord<byte[], byte[]>> records;

    ProducerRun(Cluster cluster, List<ConsumerRecord<byte[], byte[]>> records) {
        this.cluster = cluster;
        this.records = records;
    }

    /** Records a second, from the first send until all are acknowledged. */
    Stopwatch.Rate measure(Tuning tuning, int count) throws InterruptedException, ExecutionException {
        String topic = cluster.freshTopic("bare");
        Map<String, Object> settings = new HashMap<>(cluster.settings());
        settings.putAll(tuning.settings());
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.partitionsFor(topic);
            Stopwatch watch = new Stopwatch();
            for (int i = 0; i < count; i++) {
                ConsumerRecord<byte[], byte[]> record = records.get(i % records.size());
                var unused = producer.send(
                        new ProducerRecord<>(topic, 0, record.key(), record.value(), record.headers()),
                        (metadata, error) -> {
                            if (error != null) {
                                failure.compareAndSet(null, error);
                            }
                        });
            }
            producer.flush();
            Stopwatch.Rate rate = watch.rate(count);
            Exception told = failure.get();
            if (told != null) {
                throw new IllegalStateException("The bare producer failed, so its rate means nothing.", told);
            }
            return rate;
        }
    }
}
