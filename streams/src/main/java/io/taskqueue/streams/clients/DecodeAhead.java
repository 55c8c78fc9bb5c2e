package io.taskqueue.streams.clients;

import io.taskqueue.logging.LogFields;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.sink.Interests;
import io.taskqueue.streams.execution.ThreadGuard;
import io.taskqueue.streams.settings.SinkSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Intercepts polled events before Kafka Streams gets them. A thread of its own decodes them ahead of the stream thread, which has the
 * most work; what it has not reached, or cannot decode, the stream thread decodes itself. Records on which the sink does not act are not
 * decoded, and follow the record before them, so that Kafka Streams has no work with them.
 *
 * <p>For the stream thread only, but for {@link #close()}.
 */
public final class DecodeAhead<T> implements AutoCloseable {

    /** Fewer records than this are decoded before another thread is awake. */
    private static final int WORTHWHILE = 8;

    /** A larger record is not decoded ahead, so that it is not in memory twice for long. */
    private static final int LARGEST = 16 * 1024;

    /** Kafka Streams limits how many records it keeps, by what it sees: each may stand for so many more. */
    private static final int MOST_FOLLOWERS = 31;

    /** How far the decoder skips ahead where the stream thread has reached it, or both would decode the same. */
    private static final int LEAD = 4;

    private final ReplicationEventCodec<T> codec;
    private final String topic;
    private final Interests interests;
    private final EventHeaders.IdentityReader identities = new EventHeaders.IdentityReader();
    private final ExecutorService decoder;
    private final ThreadGuard failures;

    public DecodeAhead(SinkSettings<T> settings, ThreadGuard failures) {
        this.failures = failures;
        this.codec = new ReplicationEventCodec<>(settings.application().codec());
        this.topic = settings.topics().events();
        this.interests = settings.application().interests();
        this.decoder = Executors.newSingleThreadExecutor(work -> {
            Thread thread = new Thread(LogFields.ofSink(settings.name()).around(work), settings.name() + "-decoder");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** A Kafka consumer whose polls are intercepted. */
    public Consumer<byte[], byte[]> consumer(Map<String, Object> config) {
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer()) {
            @Override
            public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
                return wrapped(super.poll(timeout));
            }
        };
    }

    /** Wraps polled records, and begins to decode them. */
    ConsumerRecords<byte[], byte[]> wrapped(ConsumerRecords<byte[], byte[]> polled) {
        if (polled.isEmpty()) {
            return polled;
        }
        Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> all = new HashMap<>();
        for (TopicPartition partition : polled.partitions()) {
            List<ConsumerRecord<byte[], byte[]>> records = polled.records(partition);
            all.put(partition, partition.topic().equals(topic) ? wrapped(records) : records);
        }
        return new WrappedPoll(polled, all);
    }

    private List<ConsumerRecord<byte[], byte[]>> wrapped(List<ConsumerRecord<byte[], byte[]>> records) {
        List<ConsumerRecord<byte[], byte[]>> wrapped = new ArrayList<>(records.size());
        List<PolledRecord<T>> waiting = new ArrayList<>(records.size());
        PolledRecord<T> newest = null;
        for (ConsumerRecord<byte[], byte[]> record : records) {
            Relevance relevance = Relevance.of(interests, identities, record.key(), record.headers());
            if (newest != null
                    && relevance != Relevance.DECODED
                    && newest.followers().size() < MOST_FOLLOWERS) {
                newest.followedBy(record, relevance);
                continue;
            }
            newest = PolledRecord.of(record, relevance);
            wrapped.add(newest.wrapping(record));
            byte[] value = record.value();
            if (relevance == Relevance.DECODED && value != null && value.length <= LARGEST) {
                waiting.add(newest);
            }
        }
        if (newest != null) {
            newest.markLast();
        }
        if (waiting.size() >= WORTHWHILE) {
            decode(waiting);
        }
        return wrapped;
    }

    @Override
    public void close() {
        decoder.shutdownNow();
    }

    private void decode(List<PolledRecord<T>> waiting) {
        try {
            decoder.execute(failures.guarded(() -> decodeAhead(waiting)));
        } catch (RejectedExecutionException closed) {
            return; // the stream thread decodes them
        }
    }

    private void decodeAhead(List<PolledRecord<T>> waiting) {
        int index = 0;
        while (index < waiting.size()) {
            index += waiting.get(index).decodeAhead(codec) ? 1 : LEAD;
        }
    }

    /** A poll with other records. In Kafka 3.9 it has no offsets, and no constructor that takes them. */
    private static final class WrappedPoll extends ConsumerRecords<byte[], byte[]> {

        private final ConsumerRecords<byte[], byte[]> polled;

        @SuppressWarnings("deprecation") // the constructor that replaces it came with Kafka 4.0
        WrappedPoll(
                ConsumerRecords<byte[], byte[]> polled,
                Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> records) {
            super(records);
            this.polled = polled;
        }

        @Override
        public Map<TopicPartition, OffsetAndMetadata> nextOffsets() {
            return polled.nextOffsets();
        }
    }
}
