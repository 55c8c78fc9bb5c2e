package io.taskqueue.streams;

import io.taskqueue.metrics.SinkMeters;
import java.util.Map;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.TimestampExtractor;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * A sink as a topology, for those who run their own KafkaStreams; {@link SinkService} is the ready-made way.
 *
 * <pre>
 *   event topic ----&gt; "events" ---&gt; "apply" -------------&gt; "dead-letters" --&gt; dead-letter topic
 *   (bytes)                         decode, classify,       (records that are no events)
 *   control topic --&gt; "control" --&gt; workers, checkpoint
 *   (commands)
 *                                  |
 *                                  +-- "checkpoints"   how far each queue has come
 *                                  +-- "in-flight"     what is seen and not applied at a commit
 *                                  +-- "results"       what effects came to
 *                                  +-- "replays"       what was seen again on purpose, and what came of it
 *                                  +-- "parked"        what could not be applied, and waits for a person
 *                                  +-- "commit-mark"   calls back before a commit
 * </pre>
 *
 * <p>One object serves one KafkaStreams, once. Three things must be wired, or a clean stop and a hand-over apply again what had
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
 * <p>Without the clients, an ordered replay is not told from another either, and runs nothing.
 *
 * <p>Where an event cannot be applied, the stream thread throws a {@link io.taskqueue.sink.SinkStoppedException} that names it. Thread-safe.
 */
public final class SinkTopology implements AutoCloseable {

    static final String EVENTS = "events";
    static final String CONTROL = "control";
    static final String APPLY = "apply";
    static final String DEAD_LETTERS = "dead-letters";

    /** A record with a negative timestamp would be skipped, and be a gap; one of time 0 would come before a command. */
    static final TimestampExtractor TOLERANT = (record, partitionTime) -> Math.max(1, record.timestamp());

    /**
     * Commands come first, whatever their time, or they would wait behind the events that are to come: of what it has, Kafka
     * Streams takes the record with the lowest time, and {@link CommandPriority} sees to it that it has the commands.
     */
    static final TimestampExtractor FIRST = (record, partitionTime) -> 0;

    private final SinkSettings<?> settings;
    private final Topology topology;
    private final Map<String, Object> properties;
    private final SinkParts.StreamThread thread;
    private final SinkParts.Cluster<?> cluster;
    private final SinkParts.Watched watched;
    private final CircuitBreaker breaker;
    private final AutoCloseable held;

    private SinkTopology(SinkParts<?> parts, Topology topology, AutoCloseable held) {
        this.settings = parts.settings();
        this.topology = topology;
        this.properties = StreamsProperties.of(settings, parts.facts().maxMessageBytes());
        this.thread = parts.thread();
        this.cluster = parts.cluster();
        this.watched = parts.watched();
        this.breaker = parts.workers().breaker();
        this.held = held;
    }

    /** Asks the cluster about the event topic and puts the parts together. */
    static <T> SinkTopology of(SinkSettings<T> settings) {
        StreamsProperties.of(settings, 0); // what is wrong with them is said before the cluster is asked
        EventTopicAdmin topic = new EventTopicAdmin(settings);
        EventTopicDescription facts;
        try {
            facts = topic.prepare();
        } catch (RuntimeException e) {
            topic.close();
            throw e;
        }
        EventTopicMonitor watch = new EventTopicMonitor(topic, facts, settings.name, settings.topicCheckInterval);
        WorkerThreads threads = new WorkerThreads(settings.name, settings.concurrency, WorkerThreads.virtualThreads());
        CircuitBreaker breaker = new CircuitBreaker(settings.name, settings.breaker, settings.clock, threads::executeAfter);
        SinkMeters meters = new SinkMeters(settings.metrics, settings.name);
        meters.breaker(breaker, now -> now.waiting().isPresent() ? 1 : 0);
        Observers observers = new Observers(settings.name);
        DecodeAhead<T> polled = new DecodeAhead<>(settings);
        SinkParts<T> parts = new SinkParts<>(
                settings,
                new SinkParts.StreamThread(),
                new SinkParts.Workers(threads, breaker),
                new SinkParts.Watched(new SinkProgress(meters, settings.clock), observers),
                new SinkParts.Cluster<>(watch, new MovedOffsets(), polled));
        return new SinkTopology(parts, build(parts), () -> {
            threads.close();
            polled.close();
            watch.close();
            observers.close();
            meters.close();
        });
    }

    /** The topic of a sink's commands. */
    public static String controlTopic(String sink) {
        return SinkSettings.controlTopic(sink);
    }

    /** The one topology. */
    static <T> Topology build(SinkParts<T> parts) {
        return new Topology()
                .addSource(
                        (AutoOffsetReset) null, // the consumer's own setting
                        EVENTS,
                        TOLERANT,
                        new ByteArrayDeserializer(),
                        new PolledRecord.Unwrapping<T>(),
                        parts.settings().topic)
                .addSource(
                        AutoOffsetReset.earliest(),
                        CONTROL,
                        FIRST,
                        new ByteArrayDeserializer(),
                        new PolledRecord.Unwrapping<T>(),
                        parts.settings().controlTopic)
                .addProcessor(APPLY, () -> new SinkProcessor<>(parts), EVENTS, CONTROL)
                .addStateStore(parts.mark().store(), APPLY)
                // uncached: what a commit's flush writes here must not wait in a cache that was flushed before it
                .addStateStore(persistent(Checkpoints.NAME), APPLY)
                .addStateStore(persistent(InFlightStore.NAME), APPLY)
                .addStateStore(persistent(ResultsStore.NAME), APPLY)
                .addStateStore(persistent(Replays.NAME), APPLY)
                .addStateStore(persistent(ParkedStore.NAME), APPLY)
                .addSink(
                        DEAD_LETTERS,
                        parts.settings().deadLetterTopic,
                        new ByteArraySerializer(),
                        new ByteArraySerializer(),
                        APPLY);
    }

    /** 1. The topology. */
    public Topology topology() {
        return topology;
    }

    /** 2. The properties: what was given to the builder, and what the sink needs. One stream thread, exactly once. */
    public Map<String, Object> properties() {
        return properties;
    }

    /** 2. Kafka's own clients, whose polls wait until a revocation would commit what the workers have found out. */
    public KafkaClientSupplier clients() {
        CommandPriority commands = new CommandPriority(settings.topic, settings.controlTopic);
        return new PacedConsumer(commands, thread, cluster.moved(), cluster.polled()::consumer);
    }

    /** 3. Begins nothing any more and waits for what runs, at most the drain time-out. To be called before streams close. */
    public void quiesce() {
        try {
            thread.quiesce().close(settings.drainTimeout.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the worker threads; to be called after streams were closed. */
    @Override
    public void close() {
        try {
            held.close();
        } catch (Exception e) {
            throw new IllegalStateException("The parts of sink " + settings.name + " did not close.", e);
        }
    }

    SinkParts.Watched watched() {
        return watched;
    }

    CircuitBreaker breaker() {
        return breaker;
    }

    private static StoreBuilder<KeyValueStore<Bytes, byte[]>> persistent(String name) {
        return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), Serdes.Bytes(), Serdes.ByteArray())
                .withCachingDisabled();
    }
}
