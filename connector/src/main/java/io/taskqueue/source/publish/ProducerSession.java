package io.taskqueue.source.publish;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * One producer, from its first record to its first failure.
 *
 * <p>The first failure ends it: the producer is closed at once, in the thread that would send the next batch, and drops
 * everything it holds. So nothing is written behind a record that was not.
 *
 * <p>{@link #send} and {@link #close} are for the publisher's thread.
 */
final class ProducerSession<T> implements AutoCloseable {

    /** Is given each acknowledged event. */
    interface Acknowledgement<T> {

        /**
         * Kafka acknowledged an event.
         *
         * @param offset its offset, or -1 if Kafka did not state it
         * @return false if an older one was due
         */
        boolean accept(BufferedEvent<T> event, long offset);
    }

    private final Producer<byte[], byte[]> producer;
    private final Acknowledgement<T> acknowledged;
    private final Runnable onFailure;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    /**
     * @param acknowledged called with each acknowledged event
     * @param onFailure called once, at the first failure
     */
    ProducerSession(Producer<byte[], byte[]> producer, Acknowledgement<T> acknowledged, Runnable onFailure) {
        this.producer = producer;
        this.acknowledged = acknowledged;
        this.onFailure = onFailure;
    }

    void send(BufferedEvent<T> event, ProducerRecord<byte[], byte[]> record) {
        try {
            var unused = producer.send(record, (metadata, error) -> {
                if (error != null) {
                    fail(error);
                } else if (!failed() && !acknowledged.accept(event, offsetOf(metadata))) {
                    fail(new IllegalStateException("Kafka acknowledged event " + event.position
                            + " before an older event; the producer is replaced."));
                }
            });
        } catch (InterruptException e) {
            // the publisher is being stopped, and closes the producer once it has handled the interruption
            failure.compareAndSet(null, e);
        } catch (KafkaException | IllegalStateException e) {
            fail(e);
        }
    }

    /** Kafka acknowledges a retry of a batch that it holds already without an offset. */
    private static long offsetOf(RecordMetadata metadata) {
        return metadata.hasOffset() ? metadata.offset() : -1;
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
        failure.compareAndSet(null, new IllegalStateException("The source is closed."));
        producer.close(Duration.ZERO);
    }
}
