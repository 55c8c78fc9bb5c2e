package io.taskqueue.source.publish;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;

/** Creates producers, one after the other, and binds the meters of the current one. The claim is written by the first. */
public final class ProducerFactory implements Supplier<Producer<byte[], byte[]>>, AutoCloseable {

    private final Map<String, Object> settings;
    private final MeterRegistry registry;
    private @Nullable Producer<byte[], byte[]> first;
    private @Nullable KafkaClientMetrics meters;

    public ProducerFactory(Map<String, Object> settings, MeterRegistry registry) {
        this.settings = settings;
        this.registry = registry;
    }

    /** Creates the producer that the next call of {@link #get} returns. */
    public synchronized Producer<byte[], byte[]> first() {
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
