package io.taskqueue.streams;

import io.taskqueue.kafka.TopicNames;
import io.taskqueue.metrics.SinkMeters;
import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.streams.clients.CommandPriority;
import io.taskqueue.streams.clients.DecodeAhead;
import io.taskqueue.streams.clients.EventTopic;
import io.taskqueue.streams.clients.EventTopicAdmin;
import io.taskqueue.streams.clients.EventTopicDescription;
import io.taskqueue.streams.clients.EventTopicLog;
import io.taskqueue.streams.clients.EventTopicMonitor;
import io.taskqueue.streams.clients.OffsetResets;
import io.taskqueue.streams.clients.PollBudget;
import io.taskqueue.streams.clients.PolledRecord;
import io.taskqueue.streams.execution.CircuitBreaker;
import io.taskqueue.streams.execution.RateLimiter;
import io.taskqueue.streams.execution.ThreadGuard;
import io.taskqueue.streams.execution.WorkerThreads;
import io.taskqueue.streams.partition.PartitionStores;
import io.taskqueue.streams.partition.PartitionWork;
import io.taskqueue.streams.partition.SinkLifecycle;
import io.taskqueue.streams.partition.SinkRate;
import io.taskqueue.streams.rate.RateLimit;
import io.taskqueue.streams.replay.MovedOffsets;
import io.taskqueue.streams.settings.SinkSettings;
import io.taskqueue.streams.state.LimitedKeyValues;
import io.taskqueue.streams.state.RecordLimit;
import io.taskqueue.streams.state.StoreNames;
import io.taskqueue.streams.status.SinkProgress;
import io.taskqueue.streams.topics.RecordSizes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.TimestampExtractor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * A sink as a topology, for users who run their own KafkaStreams; {@link SinkService} is the ready-made service. All wiring of a sink
 * is here.
 *
 * <pre>
 *   event topic ----&gt; "events" ---&gt; "apply" -------------&gt; "dead-letters" --&gt; dead-letter topic
 *   (bytes)                         decode, classify,       (records that cannot be decoded)
 *   control topic --&gt; "control" --&gt; workers, checkpoint
 *   (commands)
 *                                  |
 *                                  +-- "results"       recorded results and intents of effects
 *                                  +-- "state"         checkpoints, events in flight, parked events, replays
 *                                  +-- "commit-hook"   calls back before a commit
 * </pre>
 *
 * <p>One object serves one KafkaStreams, once. Three things must be wired, or a clean stop and a revocation apply again what had
 * just been applied (nothing is lost either way):
 *
 * <pre>{@code
 * try (SinkTopology sink = SinkService.builder(...).kafka(...).stateDirectory(...).topology()) {
 *     KafkaStreams streams = new KafkaStreams(
 *             sink.topology(), new StreamsConfig(sink.properties()), sink.clients());   // 1, 2
 *     streams.setUncaughtExceptionHandler(e -> SHUTDOWN_CLIENT);                        // replacing the thread would loop
 *     streams.start();
 *     ...
 *     sink.quiesce();                                                                   // 3, before close
 *     streams.close(...);
 * }
 * }</pre>
 *
 * <p>Without the clients, an ordered replay cannot be distinguished from another one either, and runs nothing; and what the sink writes has
 * the time of the event instead of the current one.
 *
 * <p>Where an event cannot be applied, the stream thread throws a {@link SinkStoppedException} that names it. Thread-safe.
 */
public final class SinkTopology implements AutoCloseable {

    static final String EVENTS = "events";
    static final String CONTROL = "control";
    static final String APPLY = "apply";
    static final String DEAD_LETTERS = "dead-letters";

    /**
     * Kafka Streams skips a record with a negative timestamp, which would be a gap; and time 0 is that of commands. These times only order
     * the records that are read: whatever the sink writes gets the current time from its producer.
     */
    static final TimestampExtractor TOLERANT = (record, partitionTime) -> Math.max(1, record.timestamp());

    /**
     * Commands come first, whatever their time, or they would wait behind the events that are to come: of the records that it has,
     * Kafka Streams takes the one with the lowest time, and {@link CommandPriority} ensures that it has the commands.
     */
    static final TimestampExtractor FIRST = (record, partitionTime) -> 0;

    /** Small, so that the log cleaner keeps the state's changelog short, which commands read and a lost state is restored from. */
    private static final int STATE_SEGMENT_BYTES = 16 * 1024 * 1024;

    private final Deque<AutoCloseable> resources = new ArrayDeque<>();
    private final SinkSettings<?> settings;
    private final EventTopic eventTopic;
    private final SinkLifecycle lifecycle = new SinkLifecycle();
    private final PollBudget budget = new PollBudget();
    private final MovedOffsets movedOffsets = new MovedOffsets();
    private final OffsetResets resets;
    private final ThreadGuard failures;
    private volatile Supplier<Optional<String>> topicProblem = Optional::empty;
    private final SinkProgress progress;
    private final CircuitBreaker breaker;
    private final RateLimiter limiter;
    private final Function<Map<String, Object>, Consumer<byte[], byte[]>> consumers;
    private final Map<String, Object> properties;
    private final Topology topology;

    /**
     * Wires a sink; nothing connects to the cluster.
     *
     * @param eventTopic the event topic, with its latest description
     */
    <T> SinkTopology(SinkSettings<T> settings, SinkProgress progress, EventTopic eventTopic) {
        this.settings = settings;
        this.eventTopic = eventTopic;
        this.progress = opened(progress);
        failures = new ThreadGuard(settings.name());
        resets = new OffsetResets(settings.topics().events(), movedOffsets);
        SinkSettings.Instruments instruments = settings.instruments();
        WorkerThreads threads = opened(new WorkerThreads(
                settings.name(), settings.limits().concurrency(), WorkerThreads.virtualThreads(), failures));
        breaker = new CircuitBreaker(
                settings.name(),
                settings.policies().breaker(),
                instruments.clock(),
                instruments.ticker(),
                threads::executeAfter);
        progress.meters().breaker(breaker, now -> now.waiting().isPresent() ? 1 : 0);
        RateLimit configured = settings.policies().rate();
        limiter = new RateLimiter(
                configured,
                instruments.ticker(),
                threads::executeAfter,
                () -> lifecycle.share(eventTopic.get().partitions()));
        progress.meters().rateLimited(limiter, RateLimiter::waiting);
        PartitionWork.Workers workers =
                new PartitionWork.Workers(threads, breaker, new SinkRate(settings.name(), configured, limiter));
        DecodeAhead<T> decoder = opened(new DecodeAhead<>(settings, failures));
        consumers = decoder::consumer;
        properties = properties(settings, eventTopic.get());
        RecordLimit producer = StreamsProperties.producerLimit(properties);
        Supplier<RecordLimit> limit = () -> StreamsProperties.recordLimit(settings, producer, eventTopic.takes());
        CommitHook commitHook = new CommitHook();
        topology = topology(
                settings,
                commitHook,
                stateSegmentBytes(eventTopic.get().maxMessageBytes()),
                () -> new SinkProcessor<>(
                        settings,
                        (results, state, partition) -> new PartitionWork<>(
                                settings,
                                workers,
                                progress,
                                lifecycle,
                                new PartitionStores(
                                        new LimitedKeyValues(settings.name(), StoreNames.RESULTS, results, limit),
                                        new LimitedKeyValues(settings.name(), StoreNames.STATE, state, limit),
                                        limit),
                                new EventTopicLog(eventTopic, partition)),
                        eventTopic,
                        new SinkProcessor.Offsets(movedOffsets, resets),
                        commitHook,
                        budget));
    }

    /** Where a sink records its progress. */
    static SinkProgress newProgress(SinkSettings<?> settings) {
        SinkSettings.Instruments instruments = settings.instruments();
        return new SinkProgress(
                settings.name(),
                new SinkMeters(instruments.meters(), settings.name()),
                instruments.clock(),
                instruments.queueSeries());
    }

    /**
     * Prepares the topics of a sink on its cluster, and wires it.
     *
     * @param progress closed with the topology
     * @param waiting is told what it waits for without a limit, and with null that it does not any more
     */
    static SinkTopology connect(SinkSettings<?> settings, SinkProgress progress, EventTopicAdmin.Waiting waiting) {
        StateDirectories.requireOwn(settings);
        EventTopicAdmin admin = new EventTopicAdmin(settings);
        try {
            EventTopicDescription description = admin.prepare(waiting);
            Map<String, Object> properties = properties(settings, description);
            StreamsProperties.requireRoom(properties, description.maxMessageBytes());
            EventTopicMonitor monitor = new EventTopicMonitor(
                    admin,
                    description,
                    settings,
                    StreamsProperties.producerLimit(properties).bytes());
            SinkTopology sink = new SinkTopology(settings, progress, monitor);
            sink.resources.add(monitor);
            sink.topicProblem = monitor::problem;
            return sink;
        } catch (RuntimeException | Error e) {
            admin.close();
            throw e;
        }
    }

    private static Map<String, Object> properties(SinkSettings<?> settings, EventTopicDescription eventTopic) {
        return StreamsProperties.of(settings, eventTopic.topicId(), eventTopic.maxMessageBytes());
    }

    @SuppressWarnings("deprecation") // the AutoOffsetReset that replaces Topology's came with Kafka Streams 4.0
    private static <T> Topology topology(
            SinkSettings<T> settings,
            CommitHook commitHook,
            int stateSegmentBytes,
            ProcessorSupplier<byte[], PolledRecord<T>, byte[], byte[]> processor) {
        return new Topology()
                .addSource(
                        (Topology.AutoOffsetReset) null, // the consumer's own setting
                        EVENTS,
                        TOLERANT,
                        new ByteArrayDeserializer(),
                        new PolledRecord.Unwrapping<T>(),
                        settings.topics().events())
                .addSource(
                        Topology.AutoOffsetReset.EARLIEST,
                        CONTROL,
                        FIRST,
                        new ByteArrayDeserializer(),
                        new PolledRecord.Unwrapping<T>(),
                        TopicNames.control(settings.name()))
                .addProcessor(APPLY, processor, EVENTS, CONTROL)
                .addStateStore(commitHook.store(), APPLY)
                // uncached: what a commit's flush writes here must not wait in a cache that was flushed before it
                .addStateStore(persistent(StoreNames.RESULTS), APPLY)
                .addStateStore(
                        persistent(StoreNames.STATE)
                                .withLoggingEnabled(
                                        Map.of(TopicConfig.SEGMENT_BYTES_CONFIG, String.valueOf(stateSegmentBytes))),
                        APPLY)
                .addSink(
                        DEAD_LETTERS,
                        settings.topics().deadLetters(),
                        new ByteArraySerializer(),
                        new ByteArraySerializer(),
                        APPLY);
    }

    /** A segment must take the largest record. */
    private static int stateSegmentBytes(int maxMessageBytes) {
        return Math.max(STATE_SEGMENT_BYTES, RecordSizes.withEnvelope(maxMessageBytes));
    }

    private static StoreBuilder<KeyValueStore<Bytes, byte[]>> persistent(String name) {
        return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), Serdes.Bytes(), Serdes.ByteArray())
                .withCachingDisabled();
    }

    /** The topic of a sink's commands. */
    public static String controlTopic(String sink) {
        return TopicNames.control(sink);
    }

    /** 1. The topology. */
    public Topology topology() {
        return topology;
    }

    /** 2. The properties: what was given to the builder, and what the sink needs. One stream thread, exactly once. */
    public Map<String, Object> properties() {
        return properties;
    }

    /** 2. Kafka's own clients, whose polls wait until a revocation would commit all outcomes of the workers. */
    public KafkaClientSupplier clients() {
        return clients(consumers);
    }

    KafkaClientSupplier clients(Function<Map<String, Object>, Consumer<byte[], byte[]>> mainConsumers) {
        CommandPriority commands = new CommandPriority(settings.topics().events(), TopicNames.control(settings.name()));
        return new SinkClients(
                commands,
                lifecycle,
                budget,
                resets,
                eventTopic,
                settings.instruments().clock(),
                failures,
                mainConsumers);
    }

    /** 3. Stops all work and waits for what runs, at most the drain timeout. To be called before streams close. */
    public void quiesce() {
        try {
            lifecycle.close(settings.limits().drainTimeout().toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the worker threads; to be called after streams were closed. */
    @Override
    public void close() {
        while (!resources.isEmpty()) {
            try {
                resources.removeLast().close();
            } catch (Exception e) {
                throw new IllegalStateException(
                        "A part of sink " + settings.name() + " did not close. This is a defect.", e);
            }
        }
    }

    /** What an operator has to do for the sink's topics; empty if nothing. */
    public Optional<String> topicNote() {
        return eventTopic.note();
    }

    SinkLifecycle lifecycle() {
        return lifecycle;
    }

    PollBudget budget() {
        return budget;
    }

    /** Why the event topic cannot be described, for a reason that does not pass by itself. */
    Optional<String> topicProblem() {
        return topicProblem.get();
    }

    /** How many partitions the event topic has. */
    int partitions() {
        return eventTopic.get().partitions();
    }

    ThreadGuard failures() {
        return failures;
    }

    SinkProgress progress() {
        return progress;
    }

    CircuitBreaker breaker() {
        return breaker;
    }

    RateLimiter limiter() {
        return limiter;
    }

    private <R extends AutoCloseable> R opened(R resource) {
        resources.add(resource);
        return resource;
    }
}
