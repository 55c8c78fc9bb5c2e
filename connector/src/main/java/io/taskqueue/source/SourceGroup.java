package io.taskqueue.source;

import io.micrometer.core.instrument.MeterRegistry;
import io.taskqueue.libraries.SupportedLibraries;
import io.taskqueue.libraries.UnsupportedLibraryException;
import io.taskqueue.metrics.SinkMeters;
import io.taskqueue.queue.Ticker;
import io.taskqueue.source.publish.SourceTime;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The sources of many queues of a process, which share one producer, one reader of the registry and a fixed number of threads: what a
 * further queue costs is its own memory.
 *
 * <pre>{@code
 * try (SourceGroup group = SourceGroup.builder()
 *         .kafka(Map.of("bootstrap.servers", "localhost:9092"))
 *         .sourcePeer("dispatcher-a")
 *         .start()) {
 *     ReplicationSource<Order> source =
 *             ReplicationSource.builder(queue, PayloadCodec.json(Order.class)).group(group).start();
 *     ...
 * }
 * }</pre>
 *
 * <p>A source of a group has the guarantees of a source without one. What happens to one queue, such as a newer claim by another process, a
 * payload that cannot be encoded, or its close, happens to that queue only. A producer that fails is replaced for all queues, and each
 * continues with its first event that is not acknowledged. Queues take turns, so that one that emits much, or whose partition has no leader,
 * delays no other.
 *
 * <p>The functions of {@link ReplicationSource.Builder#ownerPeer(java.util.function.Function)} of all queues run on one thread, and so do actions that depend on
 * {@link ReplicationSource#replicated()}, unless they are given an executor: one that blocks delays the other queues of the group.
 *
 * <p>Thread-safe. The threads are daemons: a process that ends without {@link #close()} loses the events in the buffers.
 */
public final class SourceGroup implements AutoCloseable {

    private final GroupEngine engine;

    private SourceGroup(GroupEngine engine) {
        this.engine = engine;
    }

    /** Starts to build a group. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Starts sources in this group together: the registry is read once for all of them, and their claims are written together, which makes the
     * start of many queues much shorter than one call of {@link ReplicationSource.Builder#start()} for each.
     *
     * <p>All of them start, or none: before the first claim is written, every queue and both topics are checked. Where Kafka fails after the
     * claims were written, earlier sources of the queues are fenced, as they are when a single source fails at that moment.
     *
     * @param sources built for different queues; their group need not be set
     * @return the sources, in the same order
     * @throws IllegalArgumentException if a setting is not legal, or two sources are of queues of the same name
     * @throws SourceStartException if Kafka cannot be reached, or a topic does not suit; the queues are unchanged
     * @throws IllegalStateException if a queue has been used or has a source, or this group is closed
     * @throws InterruptedException if the thread is interrupted while it waits for Kafka
     */
    public <T> List<ReplicationSource<T>> start(List<ReplicationSource.Builder<T>> sources)
            throws InterruptedException {
        return ReplicationSource.startAll(this, sources);
    }

    /** The queues that share the meters of {@link SinkMeters#OTHER_QUEUES}; see {@link Builder#queueSeries}. */
    public Set<String> queuesWithoutSeries() {
        return engine.queuesWithoutSeries();
    }

    /**
     * Starts sources that {@linkplain ReplicationSource.Builder#build were built} with this group together, whatever the types of their
     * payloads, as {@link #start(List)} does. If that fails, they can be started again.
     *
     * @throws IllegalArgumentException if a source was not built with this group, or two are of queues of the same name
     * @throws SourceStartException if Kafka cannot be reached, or a topic does not suit; the queues are unchanged
     * @throws IllegalStateException if a source was started or closed, a queue has been used, or this group is closed
     * @throws InterruptedException if the thread is interrupted while it waits for Kafka
     */
    @SuppressWarnings("unchecked") // each queue goes with the settings of its own type
    public void startTogether(Collection<? extends ReplicationSource<?>> sources) throws InterruptedException {
        List<ReplicationSource<Object>> ofAnyType = new ArrayList<>();
        sources.forEach(source -> ofAnyType.add((ReplicationSource<Object>) source));
        ReplicationSource.startBuilt(this, ofAnyType);
    }

    /** How many sources of this group are open. */
    public int size() {
        return engine.size();
    }

    /**
     * Closes every source of the group that is still open, as {@link ReplicationSource#close()} does, within the close timeout for all of them
     * together, and ends the threads. A queue whose listener does not return delays none of the others, and is left behind as described there.
     * A second call does nothing.
     *
     * @throws IllegalStateException if it is called by a listener of a queue, or by a function of {@code ownerPeer}, whose threads it would
     *     wait for
     */
    @Override
    public void close() {
        Map<String, CloseReport> unused = close(engine.settings().environment().closeTimeout());
    }

    /**
     * Closes as {@link #close()} does, and waits as long as given here.
     *
     * @return what was not replicated, by the name of the queue, of each source that was still open; empty at a second call
     */
    public Map<String, CloseReport> close(Duration timeout) {
        return engine.close(Objects.requireNonNull(timeout, "timeout"));
    }

    GroupEngine engine() {
        return engine;
    }

    /** Collects the settings of a group; {@link #start()} validates them. Not thread-safe. */
    public static final class Builder {

        private final Map<String, Object> kafka = new HashMap<>();
        private String sourcePeer = "source";
        private String topic = ReplicationSource.DEFAULT_TOPIC;
        private String registryTopic = ReplicationSource.DEFAULT_REGISTRY_TOPIC;
        private OptionalInt partitions = OptionalInt.empty();
        private int replicationFactor = -1;
        private boolean createTopics = true;
        private long bufferBytes = 64L * 1024 * 1024;
        private OptionalInt maxRecordBytes = OptionalInt.empty();
        private @Nullable MeterRegistry metrics;
        private int queueSeries = 1_000;
        private boolean kafkaMetrics;
        private Clock clock = Clock.systemUTC();
        private Ticker ticker = Ticker.system();
        private Duration closeTimeout = Duration.ofSeconds(30);
        private Duration markInterval = Duration.ofSeconds(5);
        private @Nullable Duration ownershipStrict;

        Builder() {}

        /**
         * The properties of the Kafka clients. One that starts with {@code producer.}, {@code consumer.} or {@code admin.}
         * applies to that client only. {@code delivery.timeout.ms} is how long the oldest event may wait before the producer is
         * replaced; no event is ever dropped. A further call adds properties, and replaces those of the same name.
         */
        public Builder kafka(Map<String, ?> properties) {
            kafka.putAll(Map.copyOf(properties));
            return this;
        }

        /** The name of this process, on every event. Default {@code source}. */
        public Builder sourcePeer(String name) {
            this.sourcePeer = name;
            return this;
        }

        /** The event topic. Default {@value ReplicationSource#DEFAULT_TOPIC}. */
        public Builder topic(String name) {
            this.topic = Objects.requireNonNull(name, "topic");
            return this;
        }

        /** The registry topic. Default {@value ReplicationSource#DEFAULT_REGISTRY_TOPIC}. */
        public Builder registryTopic(String name) {
            this.registryTopic = Objects.requireNonNull(name, "registryTopic");
            return this;
        }

        /** How many partitions a new event topic has, see {@link ReplicationSource.Builder#partitions}. Default 12. */
        public Builder partitions(int count) {
            this.partitions = OptionalInt.of(count);
            return this;
        }

        /** The replication factor of topics that are created. Default -1, the broker's default. */
        public Builder replicationFactor(int replicas) {
            this.replicationFactor = replicas;
            return this;
        }

        /** Whether to create topics that do not exist. Default true. */
        public Builder createTopics(boolean create) {
            this.createTopics = create;
            return this;
        }

        /**
         * How many bytes of events of all queues together may wait for Kafka, besides the limits of each queue. Half of them are for whichever
         * queue needs them; of the other half each queue has an equal part, which it can use while the first half is taken. Default 64 MiB.
         */
        public Builder bufferBytes(long bytes) {
            this.bufferBytes = bytes;
            return this;
        }

        /** A limit below the topic's {@code max.message.bytes} and the producer's {@code max.request.size}. Default none. */
        public Builder maxRecordBytes(int bytes) {
            this.maxRecordBytes = OptionalInt.of(bytes);
            return this;
        }

        /** The registry of the meters of the queues and sources, and where {@link #kafkaMetrics} is set, of the producer. Default none. */
        public Builder metrics(MeterRegistry registry) {
            this.metrics = Objects.requireNonNull(registry, "registry");
            return this;
        }

        /**
         * How many queues are measured each by itself; each has more than twenty meters. All further queues share those with the queue name
         * {@value SinkMeters#OTHER_QUEUES}: counters of all together, their buffered events and tasks together, the highest share of a buffer that
         * is taken, and whether any is fenced. Where a source closes, the next queue takes its place. Default 1,000; with 0, all queues share.
         */
        public Builder queueSeries(int queues) {
            this.queueSeries = queues;
            return this;
        }

        /** Whether the meters of the Kafka producer are registered too, see {@link ReplicationSource.Builder#kafkaMetrics}. Default false. */
        public Builder kafkaMetrics(boolean register) {
            this.kafkaMetrics = register;
            return this;
        }

        /** The clock of {@code recordedAt}. Default the system's. */
        public Builder clock(Clock source) {
            this.clock = Objects.requireNonNull(source, "clock");
            return this;
        }

        /** The ticker of durations, such as how long an event has waited. Default {@link Ticker#system()}. */
        public Builder ticker(Ticker source) {
            this.ticker = Objects.requireNonNull(source, "ticker");
            return this;
        }

        /** How long {@link #close()}, and the close of one source, waits for what is left. Default 30 s. */
        public Builder closeTimeout(Duration timeout) {
            this.closeTimeout = Objects.requireNonNull(timeout, "closeTimeout");
            return this;
        }

        /** The minimum time between two low-water marks of a queue, see {@link ReplicationSource.Builder#markInterval}. Default 5 s. */
        public Builder markInterval(Duration interval) {
            this.markInterval = Objects.requireNonNull(interval, "markInterval");
            return this;
        }

        /** Suspends leasing while the registry cannot be read, see {@link ReplicationSource.Builder#ownershipStrict}. Default: not limited. */
        public Builder ownershipStrict(Duration limit) {
            this.ownershipStrict = Objects.requireNonNull(limit, "limit");
            return this;
        }

        /**
         * Starts a group without sources. Kafka is reached when the first source starts.
         *
         * @throws IllegalArgumentException if a setting is not legal
         * @throws UnsupportedLibraryException if the application brings a version of a library that does not work here
         */
        public SourceGroup start() {
            SupportedLibraries.requireForConnector();
            return new SourceGroup(new GroupEngine(settings(bufferBytes), false));
        }

        /** A group of one: the limits of its queue are those of the group. */
        GroupSettings settingsForOne() {
            return settings(Long.MAX_VALUE);
        }

        private GroupSettings settings(long bytes) {
            return new GroupSettings(
                    new KafkaSettings(Map.copyOf(kafka)),
                    new GroupSettings.Topics(
                            topic, registryTopic, partitions, replicationFactor, createTopics, maxRecordBytes),
                    sourcePeer,
                    bytes,
                    new GroupSettings.Environment(
                            Optional.ofNullable(metrics),
                            queueSeries,
                            kafkaMetrics,
                            new SourceTime(clock, ticker),
                            closeTimeout,
                            Optional.ofNullable(ownershipStrict)),
                    markInterval);
        }
    }
}
