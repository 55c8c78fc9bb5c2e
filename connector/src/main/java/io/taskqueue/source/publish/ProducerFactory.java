package io.taskqueue.source.publish;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import io.taskqueue.metrics.KafkaMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;

/**
 * Creates producers, one after the other, and binds the meters of the current one where that is wanted. The first claims are written by the
 * first. Thread-safe.
 */
public final class ProducerFactory implements Supplier<Producer<byte[], byte[]>>, AutoCloseable {

    private final Supplier<Map<String, Object>> settings;
    private final Optional<MeterRegistry> registry;
    private @Nullable Producer<byte[], byte[]> first;
    private @Nullable Producer<byte[], byte[]> current;
    private @Nullable KafkaClientMetrics meters;

    /**
     * @param settings the properties of the next producer, whose credentials may have been replaced since the one before
     * @param registry where the meters of the producers are shown, if they are
     */
    public ProducerFactory(Supplier<Map<String, Object>> settings, Optional<MeterRegistry> registry) {
        this.settings = settings;
        this.registry = registry.map(KafkaMeterRegistry::new);
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
            producer = withMeters(new KafkaProducer<>(settings.get()));
        }
        current = producer;
        return producer;
    }

    /** Creates a producer besides the current one, without meters; the caller closes it. */
    public Producer<byte[], byte[]> separate() {
        return new KafkaProducer<>(settings.get());
    }

    /** The producer that was returned last; it may have been closed. */
    public synchronized Optional<Producer<byte[], byte[]>> current() {
        return Optional.ofNullable(current);
    }

    @Override
    public synchronized void close() {
        closeMeters();
        closeFirst();
    }

    /** Closes the producer of {@link #first} if it was not used since, as it may have failed. */
    public synchronized void closeFirst() {
        if (first != null) {
            first.close(Duration.ZERO);
            first = null;
            current = null;
        }
    }

    private Producer<byte[], byte[]> withMeters(Producer<byte[], byte[]> opened) {
        boolean bound = false;
        try {
            bindMeters(opened);
            bound = true;
            return opened;
        } finally {
            if (!bound) {
                opened.close(Duration.ZERO);
            }
        }
    }

    private void bindMeters(Producer<byte[], byte[]> producer) {
        registry.ifPresent(shown -> {
            KafkaClientMetrics bound = new KafkaClientMetrics(producer);
            bound.bindTo(shown);
            meters = bound;
        });
    }

    private void closeMeters() {
        if (meters != null) {
            meters.close();
            meters = null;
        }
    }
}
