package io.taskqueue.benchmarks.source;

import io.taskqueue.benchmarks.broker.BenchmarkCluster;
import io.taskqueue.benchmarks.measure.Stopwatch;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** A bare producer that sends, on one thread, the keys, values and headers that a source sent, over and over. */
public final class BareProducerRun {

    private final BenchmarkCluster cluster;
    private final List<ConsumerRecord<byte[], byte[]>> records;

    public BareProducerRun(BenchmarkCluster cluster, List<ConsumerRecord<byte[], byte[]>> records) {
        this.cluster = cluster;
        this.records = records;
    }

    /** Records per second, from the first send until all are acknowledged. */
    public Stopwatch.Rate measure(BatchSettings batching, int count) throws InterruptedException, ExecutionException {
        String topic = cluster.newTopic("bare");
        AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
        try (KafkaProducer<byte[], byte[]> producer = cluster.producer(batching.settings())) {
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
            Exception error = failure.get();
            if (error != null) {
                throw new IllegalStateException("The bare producer failed, so its rate is not meaningful.", error);
            }
            return rate;
        }
    }
}
