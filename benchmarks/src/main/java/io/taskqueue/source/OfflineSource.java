package io.taskqueue.source;

import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.taskqueue.event.PayloadInclusion;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.metrics.SourceMeters;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.queue.Ticker;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.source.publish.BufferLimits;
import io.taskqueue.source.publish.EventBuffer;
import io.taskqueue.source.publish.EventPayloads;
import io.taskqueue.source.publish.EventRecords;
import io.taskqueue.source.publish.PeerResolver;
import io.taskqueue.source.publish.Publication;
import io.taskqueue.source.publish.Publisher;
import io.taskqueue.source.publish.SourceTime;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * A source without its claim and the network: the buffer, and a publisher thread that encodes every record and passes it to a
 * producer that acknowledges it immediately.
 */
public final class OfflineSource<T> implements Publication.Listener<T>, AutoCloseable {

    private static final TopicPartition PARTITION = new TopicPartition("nowhere", 0);
    private static final int MAX_RECORD_BYTES = 1024 * 1024;
    private static final long PRODUCER_BYTES = 32L * 1024 * 1024;
    private static final int BUFFER_EVENTS = 16_384;
    private static final long EMPTY_NANOS = Duration.ofMinutes(1).toNanos();
    private static final long BUFFER_BYTES = 64L * 1024 * 1024;

    private final EventBuffer<T> buffer;
    private final SourceMeters meters;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final Publisher publisher;

    private OfflineSource(TaskQueue<T> queue, PayloadCodec<T> codec) {
        ReplicationEventCodec<T> events = new ReplicationEventCodec<>(codec);
        EventRecords<T> records = new EventRecords<>(
                queue.name(),
                new PeerResolver<>("dispatcher-a", null, event -> "dispatcher-a"),
                events,
                UUID.randomUUID(),
                PARTITION,
                MAX_RECORD_BYTES);
        meters = new SourceMeters(new CompositeMeterRegistry(), queue.name());
        buffer = new EventBuffer<>(
                1,
                new BufferLimits(BUFFER_EVENTS, BUFFER_BYTES),
                new EventPayloads<>(
                        queue.name(), "dispatcher-a", events, records, MAX_RECORD_BYTES, PayloadInclusion.EVERY_EVENT),
                new SourceTime(Clock.systemUTC(), Ticker.system()),
                meters.leasesExpired());
        queue.attach(buffer);
        publisher = new Publisher(
                AcknowledgingProducer::new,
                new Publisher.Limits(Duration.ofMinutes(1), PRODUCER_BYTES),
                timer,
                Ticker.system());
        publisher.add(new Publication<>(buffer, records, this));
        Thread thread = new Thread(publisher, "publisher");
        thread.setDaemon(true);
        thread.start();
    }

    /** Creates a source and attaches it to a queue. */
    public static <T> OfflineSource<T> attach(TaskQueue<T> queue, PayloadCodec<T> codec) {
        return new OfflineSource<>(queue, codec);
    }

    /** Waits until every event is acknowledged. */
    public void awaitEmpty() throws InterruptedException {
        if (!buffer.awaitEmpty(EMPTY_NANOS)) {
            throw new IllegalStateException(
                    "The publisher has not sent all events, so the figures are not meaningful.");
        }
    }

    @Override
    public void acknowledged(ReplicationEvent<T> event, long offset) {
        meters.events(event.kind()).increment();
    }

    @Override
    public void retrying(String error) {
        throw new IllegalStateException("The producer of a benchmark failed: " + error);
    }

    @Override
    public void failed(RuntimeException cause) {
        throw new IllegalStateException("The publisher failed, so the figures are not meaningful.", cause);
    }

    @Override
    public void lost(Throwable cause) {
        throw new IllegalStateException("An event was lost, so the figures are not meaningful.", cause);
    }

    @Override
    public void close() {
        buffer.stop();
        publisher.close();
        timer.shutdown();
    }

    private static final class AcknowledgingProducer extends MockProducer<byte[], byte[]> {

        private static final RecordMetadata WRITTEN = new RecordMetadata(PARTITION, 0, 0, 0, 0, 0);

        @Override
        public synchronized Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
            callback.onCompletion(WRITTEN, null);
            return CompletableFuture.completedFuture(WRITTEN);
        }
    }
}
