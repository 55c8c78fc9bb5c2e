package io.taskqueue.streams;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.serde.UndecodableEventException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * The events that were polled and not processed yet. A thread of its own decodes them ahead of the stream thread, which has
 * most to do; what it has not come to, or cannot decode, the stream thread decodes as if this were not there.
 *
 * <p>Only the stream thread calls it, but for {@link #close()}.
 */
final class Polled<T> implements AutoCloseable {

    /** Fewer than this are decoded before another thread is awake. */
    private static final int WORTHWHILE = 8;

    /** A larger record is not held in memory twice. */
    private static final int LARGEST = 16 * 1024;

    private final Map<Integer, Queue<Batch<T>>> batches = new ConcurrentHashMap<>();
    private final ReplicationEventCodec<T> codec;
    private final String topic;
    private final ExecutorService decoder;

    Polled(SinkSettings<T> settings) {
        this.codec = new ReplicationEventCodec<>(settings.codec);
        this.topic = settings.topic;
        this.decoder = Executors.newSingleThreadExecutor(work -> {
            Thread thread = new Thread(work, settings.name + "-decoder");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Kafka's own consumer, whose polls are seen here. */
    Consumer<byte[], byte[]> consumer(Map<String, Object> config) {
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer()) {
            @Override
            public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
                ConsumerRecords<byte[], byte[]> records = super.poll(timeout);
                add(records);
                return records;
            }
        };
    }

    /** Takes what a poll has brought. */
    void add(ConsumerRecords<byte[], byte[]> records) {
        for (TopicPartition partition : records.partitions()) {
            if (partition.topic().equals(topic)) {
                Batch<T> batch = new Batch<>(records.records(partition));
                batches.computeIfAbsent(partition.partition(), number -> new ArrayDeque<>())
                        .add(batch);
                if (batch.records.size() >= WORTHWHILE) {
                    decode(batch);
                }
            }
        }
    }

    /** The event of the record that is processed now, or null where it is not decoded. */
    @Nullable
    ReplicationEvent<T> take(int partition, long offset, byte[] value) {
        Queue<Batch<T>> waiting = batches.get(partition);
        if (waiting == null) {
            return null;
        }
        for (Batch<T> batch = waiting.peek(); batch != null; batch = waiting.peek()) {
            ConsumerRecord<byte[], byte[]> found = batch.seek(offset);
            if (found != null && found.offset() > offset) {
                forget(partition); // polled before a position that is not this one's any more
                return null;
            }
            if (found != null) {
                // the very bytes: the same offset may be another topic's
                return found.value() == value ? batch.events.get(batch.reached) : null;
            }
            waiting.remove();
        }
        return null;
    }

    /** Whether more was polled behind the record that was taken last. */
    boolean more(int partition) {
        Queue<Batch<T>> waiting = batches.get(partition);
        if (waiting == null || waiting.isEmpty()) {
            return false;
        }
        Batch<T> batch = waiting.element();
        return batch.reached + 1 < batch.records.size() || waiting.size() > 1;
    }

    /** The partition's records will not be processed here. */
    void forget(int partition) {
        Queue<Batch<T>> waiting = batches.remove(partition);
        if (waiting != null) {
            waiting.forEach(batch -> batch.reached = batch.records.size());
        }
    }

    @Override
    public void close() {
        decoder.shutdownNow();
    }

    private void decode(Batch<T> batch) {
        try {
            decoder.execute(() -> batch.decode(codec));
        } catch (RejectedExecutionException closed) {
            return; // the stream thread does it
        }
    }

    /** The records of one partition of one poll. */
    private static final class Batch<T> {

        /** How far the decoder goes ahead where the stream thread has come up to it, or both would decode the same. */
        private static final int LEAD = 4;

        private final List<ConsumerRecord<byte[], byte[]>> records;
        private final AtomicReferenceArray<@Nullable ReplicationEvent<T>> events;

        /** What the stream thread has come to. */
        private volatile int reached;

        Batch(List<ConsumerRecord<byte[], byte[]>> records) {
            this.records = records;
            this.events = new AtomicReferenceArray<>(records.size());
        }

        /** Goes to the first record that is not before an offset; null where there is none. */
        @Nullable
        ConsumerRecord<byte[], byte[]> seek(long offset) {
            int index = reached;
            while (index < records.size() && records.get(index).offset() < offset) {
                index++;
            }
            reached = index;
            return index < records.size() ? records.get(index) : null;
        }

        void decode(ReplicationEventCodec<T> codec) {
            int index = reached;
            while (index < records.size()) {
                byte[] value = records.get(index).value();
                if (value != null && value.length <= LARGEST) {
                    try {
                        events.set(index, codec.decode(value));
                    } catch (UndecodableEventException again) {
                        // the stream thread finds out the same, and sets the record aside
                        events.set(index, null);
                    }
                }
                int now = reached;
                index = now > index ? now + LEAD : index + 1;
            }
        }
    }
}
