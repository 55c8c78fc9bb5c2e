package io.taskqueue.source;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;

/** Makes producers, one after the other, and measures the current one. The first is the one that made the claim. */
final class Producers implements Supplier<Producer<byte[], byte[]>>, AutoCloseable {

    private final Map<String, Object> settings;
    private final MeterRegistry registry;
    private @Nullable Producer<byte[], byte[]> first;
    private @Nullable KafkaClientMetrics meters;

    Producers(Map<String, Object> settings, MeterRegistry registry) {
        this.settings = settings;
        this.registry = registry;
    }

    /** The producer that {@link #get} returns first. */
    synchronized Producer<byte[], byte[]> first() {
        Producer<byte[], byte[]> opened = get();
        first = opened;
        return opened;
    }

    @Override
    public synchronized Producer<byte[], byte[]> get() {
        Producer<byte[], byte[]> producer = first;
        first = null;
        if (producer == null) {
            closeMeters();
            producer = new KafkaProducer<>(settings);
            meters = new KafkaClientMetrics(producer);
            meters.bindTo(registry);
        }
        return producer;
    }

    @Override
    public synchronized void close() {
        closeMeters();
        if (first != null) {
            first.close(Duration.ZERO);
        }
    }

    private void closeMeters() {
        if (meters != null) {
            meters.close();
            meters = null;
        }
    }
}
