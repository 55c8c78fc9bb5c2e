package io.taskqueue.source.publish;

import io.taskqueue.queue.Ticker;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * One producer, from its first record to its first failure.
 *
 * <p>The first failure ends it: the producer is closed at once, in the thread that would send the next batch, and drops
 * everything it holds. So nothing is written behind a record that was not, in any partition.
 *
 * <p>{@link #send} and {@link #close} are for the publisher's thread.
 */
final class ProducerSession implements AutoCloseable {

    /** What a key, headers and Kafka's own fields add to the size of a value, approximately. */
    private static final int ENVELOPE_BYTES = 512;

    /**
     * What ended a session.
     *
     * @param refused the queue whose event was refused, if it was that
     * @param stalled the partition that acknowledged nothing, if it was that
     */
    record Failure(Throwable cause, Optional<Publication<?>> refused, Optional<TopicPartition> stalled) {}

    /** Is notified, on the producer's thread. */
    interface Listener {

        /** Queues that wait for room in a partition may continue. */
        void roomIn(PartitionWindow window);

        /** The session has failed. */
        void failed();
    }

    private final Producer<byte[], byte[]> producer;
    private final Ticker ticker;
    private final Listener listener;
    private final Map<TopicPartition, PartitionWindow> windows = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable Failure> failure = new AtomicReference<>();
    private volatile boolean progressed;

    ProducerSession(Producer<byte[], byte[]> producer, Ticker ticker, Listener listener) {
        this.producer = producer;
        this.ticker = ticker;
        this.listener = listener;
    }

    PartitionWindow window(TopicPartition partition) {
        PartitionWindow known = windows.get(partition);
        return known == null ? windows.computeIfAbsent(partition, first -> new PartitionWindow(ticker)) : known;
    }

    <T> void send(Publication<T> queue, BufferedEvent<T> event, ProducerRecord<byte[], byte[]> record) {
        PartitionWindow window = window(queue.partition());
        int size = ENVELOPE_BYTES + record.value().length;
        window.sending(size);
        try {
            var unused = producer.send(record, (metadata, error) -> {
                if (error != null) {
                    fail(new Failure(error, Optional.of(queue), Optional.empty()));
                } else if (!failed()) {
                    try {
                        acknowledged(queue, event, metadata);
                    } finally {
                        if (window.acknowledged(size)) {
                            listener.roomIn(window);
                        }
                    }
                }
            });
        } catch (InterruptException e) {
            // the publisher closes the producer once it has handled the interruption
            failure.compareAndSet(null, new Failure(e, Optional.empty(), Optional.empty()));
        } catch (KafkaException | IllegalStateException e) {
            fail(new Failure(e, Optional.empty(), Optional.empty()));
        }
    }

    private <T> void acknowledged(Publication<T> queue, BufferedEvent<T> event, RecordMetadata metadata) {
        progressed = true;
        // Kafka acknowledges a retry of a batch that it holds already without an offset
        if (!queue.acknowledged(event, metadata.hasOffset() ? metadata.offset() : -1)) {
            fail(new Failure(
                    new IllegalStateException("Kafka acknowledged event " + event.position()
                            + " before an older event; the producer is replaced."),
                    Optional.of(queue),
                    Optional.empty()));
        }
    }

    boolean failed() {
        return failure.get() != null;
    }

    @Nullable
    Failure failure() {
        return failure.get();
    }

    /** Whether Kafka has acknowledged an event. */
    boolean progressed() {
        return progressed;
    }

    /** Fails if a partition has acknowledged nothing since that many calls, although it has events; called at a fixed rate. */
    void checkProgress(int calls, Throwable cause) {
        windows.forEach((partition, window) -> {
            if (window.isStalled(calls)) {
                fail(new Failure(cause, Optional.empty(), Optional.of(partition)));
            }
        });
    }

    /** Ends the session; what was not acknowledged is sent by the next one. */
    private void fail(Failure cause) {
        if (failure.compareAndSet(null, cause)) {
            producer.close(Duration.ZERO);
            listener.failed();
        }
    }

    /** Returns when the producer sends nothing more. */
    @Override
    public void close() {
        failure.compareAndSet(
                null,
                new Failure(new IllegalStateException("The publisher has ended."), Optional.empty(), Optional.empty()));
        producer.close(Duration.ZERO);
    }
}
