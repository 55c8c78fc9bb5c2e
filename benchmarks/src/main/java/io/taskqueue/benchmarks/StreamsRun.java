package io.taskqueue.benchmarks;

import io.taskqueue.streams.ResultTemplate;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * A bare Kafka Streams processor that, for each record, puts one result into a store, or gets it: the bytes that a sink
 * records, in the same kind of store (persistent, uncached, with a changelog) and the same kind of transaction.
 */
final class StreamsRun {

    static final String STORE = "puts";

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    /** What is done for each record. */
    enum Step {
        PUT,
        GET
    }

    private final Cluster cluster;
    private final Path states;

    StreamsRun(Cluster cluster, Path states) {
        this.cluster = cluster;
        this.states = states;
    }

    /**
     * Records a second, from the first until all are done and committed.
     *
     * @param name the application; used again, it finds the results that it put
     */
    Stopwatch.Rate measure(String name, Work work, Step step, Duration commitInterval, Footprint footprint)
            throws InterruptedException, ExecutionException {
        int records = work.events() + 1;
        CountDownLatch left = new CountDownLatch(records);
        AtomicReference<@Nullable Stopwatch> first = new AtomicReference<>();
        Runnable done = () -> {
            if (first.get() == null) {
                first.compareAndSet(null, new Stopwatch());
            }
            left.countDown();
        };
        KafkaStreams streams =
                new KafkaStreams(topology(work.topic(), () -> new Bare(step, done)), settings(name, commitInterval));
        try {
            streams.start();
            if (!left.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException(
                        left.getCount() + " records of " + records + " were not done: " + streams.state());
            }
            cluster.awaitCommitted(name, work.topic());
            Stopwatch watch = first.get();
            if (watch == null) {
                throw new IllegalStateException("All records are done, but none was first.");
            }
            Stopwatch.Rate rate = watch.rate(records);
            footprint.settle(1);
            return rate;
        } finally {
            // so that its offsets can be moved
            streams.close(CloseOptions.timeout(PATIENCE)
                    .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
        }
    }

    private Properties settings(String name, Duration commitInterval) {
        Properties settings = new Properties();
        settings.putAll(cluster.settings());
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, name);
        settings.put(StreamsConfig.STATE_DIR_CONFIG, states.resolve(name).toString());
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, commitInterval.toMillis());
        settings.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        return settings;
    }

    private static Topology topology(String topic, ProcessorSupplier<byte[], byte[], Void, Void> processor) {
        return new Topology()
                .addSource(
                        "events",
                        Serdes.ByteArray().deserializer(),
                        Serdes.ByteArray().deserializer(),
                        topic)
                .addProcessor("bare", processor, "events")
                .addStateStore(
                        Stores.keyValueStoreBuilder(
                                        Stores.persistentKeyValueStore(STORE), Serdes.ByteArray(), Serdes.ByteArray())
                                .withCachingDisabled(),
                        "bare");
    }

    private static final class Bare implements Processor<byte[], byte[], Void, Void> {

        private final ResultTemplate results = new ResultTemplate(SourceRun.QUEUE, SinkRun.EFFECT);
        private final Step step;
        private final Runnable done;
        private @Nullable ProcessorContext<Void, Void> context;
        private @Nullable KeyValueStore<byte[], byte[]> store;

        Bare(Step step, Runnable done) {
            this.step = step;
            this.done = done;
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
            byte[] key = results.key(offset);
            if (step == Step.PUT) {
                store.put(key, results.value(offset));
            } else if (store.get(key) == null) {
                throw new IllegalStateException("There is no result of offset " + offset + ", so a get means nothing.");
            }
            done.run();
        }
    }
}
