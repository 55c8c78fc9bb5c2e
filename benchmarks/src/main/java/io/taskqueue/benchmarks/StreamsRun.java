package io.taskqueue.benchmarks;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/** A bare Kafka Streams processor that puts each record's bytes into a store, in the same kind of transaction as a sink's. */
final class StreamsRun {

    static final Duration COMMIT_INTERVAL = Duration.ofMillis(100);

    private static final String STORE = "puts";
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Cluster cluster;
    private final Path states;

    StreamsRun(Cluster cluster, Path states) {
        this.cluster = cluster;
        this.states = states;
    }

    /** Records a second, from the first that is processed until all are, with puts and offsets committed. */
    Stopwatch.Rate measure(String topic, int records) throws InterruptedException, ExecutionException {
        String name = cluster.freshName("streams");
        CountDownLatch left = new CountDownLatch(records);
        AtomicReference<@Nullable Stopwatch> first = new AtomicReference<>();
        try (KafkaStreams streams = new KafkaStreams(
                topology(topic, () -> {
                    first.compareAndSet(null, new Stopwatch());
                    left.countDown();
                }),
                settings(name))) {
            streams.start();
            if (!left.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException(left.getCount() + " records of " + records + " were not processed.");
            }
            cluster.awaitCommitted(name, topic);
            Stopwatch watch = first.get();
            if (watch == null) {
                throw new IllegalStateException("All records are processed, but none was first.");
            }
            return watch.rate(records);
        }
    }

    private Properties settings(String name) {
        Properties settings = new Properties();
        settings.putAll(cluster.settings());
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, name);
        settings.put(StreamsConfig.STATE_DIR_CONFIG, states.resolve(name).toString());
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, COMMIT_INTERVAL.toMillis());
        settings.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        return settings;
    }

    private static Topology topology(String topic, Runnable processed) {
        return new Topology()
                .addSource(
                        "events",
                        Serdes.ByteArray().deserializer(),
                        Serdes.ByteArray().deserializer(),
                        topic)
                .addProcessor("put", () -> new Put(processed), "events")
                .addStateStore(
                        Stores.keyValueStoreBuilder(
                                Stores.persistentKeyValueStore(STORE), Serdes.ByteArray(), Serdes.ByteArray()),
                        "put");
    }

    private static final class Put implements Processor<byte[], byte[], Void, Void> {

        private final Runnable processed;
        private @Nullable ProcessorContext<Void, Void> context;
        private @Nullable KeyValueStore<byte[], byte[]> store;

        Put(Runnable processed) {
            this.processed = processed;
        }

        @Override
        public void init(ProcessorContext<Void, Void> initialized) {
            context = initialized;
            store = initialized.getStateStore(STORE);
        }

        @Override
        public void process(Record<byte[], byte[]> record) {
            if (context == null || store == null) {
                throw new IllegalStateException("A record came before init().");
            }
            long offset = context.recordMetadata().orElseThrow().offset();
            store.put(ByteBuffer.allocate(Long.BYTES).putLong(offset).array(), record.value());
            processed.run();
        }
    }
}
