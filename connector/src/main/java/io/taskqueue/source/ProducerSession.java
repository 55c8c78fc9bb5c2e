package io.taskqueue.source;

import io.taskqueue.event.ReplicationEvent;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiPredicate;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * One producer, from its first record to its first failure.
 *
 * <p>The first failure ends it: the producer is told, on the spot and in the thread that would send on, to drop all it has. So
 * nothing is written behind a record that was not.
 *
 * <p>{@link #send} and {@link #close} are for the publisher's thread.
 */
final class ProducerSession<T> implements AutoCloseable {

    private final Producer<byte[], byte[]> producer;
    private final BiPredicate<Buffered<T>, ReplicationEvent<T>> acknowledged;
    private final Runnable onFailure;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    /**
     * @param acknowledged takes each acknowledged event, and says whether it is the one that was due
     * @param onFailure called once, at the first failure
     */
    ProducerSession(
            Producer<byte[], byte[]> producer,
            BiPredicate<Buffered<T>, ReplicationEvent<T>> acknowledged,
            Runnable onFailure) {
        this.producer = producer;
        this.acknowledged = acknowledged;
        this.onFailure = onFailure;
    }

    void send(Buffered<T> buffered, EventRecords.Made<T> made) {
        try {
            var unused = producer.send(made.record(), (metadata, error) -> {
                if (error != null) {
                    fail(error);
                } else if (!failed() && !acknowledged.test(buffered, made.event())) {
                    fail(new IllegalStateException("Kafka acknowledged " + made.event() + " before an older event."));
                }
            });
        } catch (InterruptException e) {
            // the publisher is being stopped, and closes the producer when it has seen to the interruption
            failure.compareAndSet(null, e);
        } catch (KafkaException | IllegalStateException e) {
            fail(e);
        }
    }

    boolean failed() {
        return failure.get() != null;
    }

    @Nullable
    Throwable failure() {
        return failure.get();
    }

    /** Ends the session; what was not acknowledged is sent by the next one. */
    void fail(Throwable cause) {
        if (failure.compareAndSet(null, cause)) {
            producer.close(Duration.ZERO);
            onFailure.run();
        }
    }

    /** Returns when the producer sends nothing more. */
    @Override
    public void close() {
        failure.compareAndSet(null, new SourceStoppedException("The source is closed."));
        producer.close(Duration.ZERO);
    }
}
