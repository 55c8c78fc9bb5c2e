package io.taskqueue.benchmarks.effects;

import io.taskqueue.benchmarks.broker.BenchmarkCluster;
import io.taskqueue.benchmarks.measure.FirstCallStopwatch;
import io.taskqueue.benchmarks.measure.ResourceUsage;
import io.taskqueue.benchmarks.measure.Stopwatch;
import io.taskqueue.benchmarks.source.SourceRun;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
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
 * A bare Kafka Streams processor that puts one result into a store for each record, or gets it: the bytes that a sink records,
 * in a store of the same type (persistent, not cached, with a changelog) and with the same processing guarantee.
 */
final class BareStreamsRun {

    static final String STORE = "puts";

    private static final int BATCH_BYTES = 128 * 1024;
    private static final int RETRY_BACKOFF_MILLIS = 20;
    private static final Duration TIMEOUT = Duration.ofMinutes(5);

    /** What the processor does for each record. */
    enum StoreCall {
        PUT,
        GET,
        NONE
    }

    private final BenchmarkCluster cluster;
    private final Path states;

    BareStreamsRun(BenchmarkCluster cluster, Path states) {
        this.cluster = cluster;
        this.states = states;
    }

    /**
     * Records per second, from the first until all are processed and committed.
     *
     * @param name the application id; with the same id again, the results of the earlier run are found
     */
    Stopwatch.Rate measure(String name, Workload workload, StoreCall call, Duration commitInterval, ResourceUsage usage)
            throws InterruptedException, ExecutionException {
        int records = workload.events() + 1;
        CountDownLatch missing = new CountDownLatch(records);
        FirstCallStopwatch watch = new FirstCallStopwatch();
        Runnable done = () -> {
            watch.call();
            missing.countDown();
        };
        KafkaStreams streams = new KafkaStreams(
                topology(workload.topic(), () -> new StoreProcessor(call, done)), settings(name, commitInterval));
        try {
            streams.start();
            if (!missing.await(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException(missing.getCount() + " of " + records
                        + " records were not processed; the state is " + streams.state());
            }
            cluster.awaitCommitted(name, workload.topic());
            Stopwatch.Rate rate = watch.rate(records);
            usage.complete(1);
            return rate;
        } finally {
            // a group must have no members before its offsets can be moved
            streams.close(CloseOptions.timeout(TIMEOUT)
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
        // as a sink's: the comparison is of what a sink does beyond this, and not of Kafka's defaults
        settings.put(StreamsConfig.producerPrefix("batch.size"), BATCH_BYTES);
        settings.put(StreamsConfig.producerPrefix("retry.backoff.ms"), RETRY_BACKOFF_MILLIS);
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

    private static final class StoreProcessor implements Processor<byte[], byte[], Void, Void> {

        private final ResultTemplate results = new ResultTemplate(SourceRun.QUEUE, SinkRun.EFFECT);
        private final StoreCall call;
        private final Runnable done;
        private @Nullable ProcessorContext<Void, Void> context;
        private @Nullable KeyValueStore<byte[], byte[]> store;

        StoreProcessor(StoreCall call, Runnable done) {
            this.call = call;
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
                throw new IllegalStateException("A record was received before init() was called.");
            }
            if (call == StoreCall.NONE) {
                done.run();
                return;
            }
            long offset = context.recordMetadata().orElseThrow().offset();
            byte[] key = results.key(offset);
            if (call == StoreCall.PUT) {
                store.put(key, results.value(offset));
            } else if (store.get(key) == null) {
                throw new IllegalStateException(
                        "There is no result for offset " + offset + ", so the figures are not meaningful.");
            }
            done.run();
        }
    }
}
