package io.taskqueue.console.topology;

import io.taskqueue.kafka.TopicNames;
import io.taskqueue.streams.CommitHook;
import java.util.Map;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.TimestampExtractor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The view as a topology.
 *
 * <pre>
 *   event topic ----&gt; "events" ---&gt; "fold"        writes nothing but its store
 *   (bytes)                             |
 *                                       +-- "view"         queues and tasks; its changelog topic restores it
 *                                       +-- "commit-hook"  has the fold write its changes into "view" before a commit
 * </pre>
 */
final class ViewTopology {

    static final String EVENTS = "events";
    static final String FOLD = "fold";
    static final String VIEW = TopicNames.CONSOLE_VIEW_STORE;

    /** Kafka Streams skips a record with a negative timestamp, which would be a gap. The times have no other use here. */
    static final TimestampExtractor TOLERANT = (record, partitionTime) -> Math.max(1, record.timestamp());

    /** Small, so that the log cleaner keeps the changelog short, from which a lost state is restored. */
    private static final int SEGMENT_BYTES = 16 * 1024 * 1024;

    private ViewTopology() {}

    static Topology of(String topic, CommitHook commits, ProcessorSupplier<byte[], byte[], Void, Void> processor) {
        return new Topology()
                .addSource(
                        AutoOffsetReset.earliest(),
                        EVENTS,
                        TOLERANT,
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer(),
                        topic)
                .addProcessor(FOLD, processor, EVENTS)
                .addStateStore(store(), FOLD)
                .addStateStore(commits.store(), FOLD);
    }

    /** Not cached: BufferedViewStore is in front of it. */
    private static StoreBuilder<KeyValueStore<Bytes, byte[]>> store() {
        return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(VIEW), Serdes.Bytes(), Serdes.ByteArray())
                .withCachingDisabled()
                .withLoggingEnabled(Map.of(TopicConfig.SEGMENT_BYTES_CONFIG, String.valueOf(SEGMENT_BYTES)));
    }
}
