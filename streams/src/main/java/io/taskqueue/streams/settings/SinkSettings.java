package io.taskqueue.streams.settings;

import io.micrometer.core.instrument.MeterRegistry;
import io.taskqueue.config.DurationText;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.queue.Ticker;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.BreakerPolicy;
import io.taskqueue.sink.Interests;
import io.taskqueue.sink.OnExhausted;
import io.taskqueue.sink.OnGap;
import io.taskqueue.sink.OnPermanent;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.sink.effect.EffectRules;
import io.taskqueue.streams.rate.RateLimit;
import io.taskqueue.streams.state.StoreNames;
import io.taskqueue.streams.status.EffectLatency;
import io.taskqueue.tracing.TaskSpans;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * All settings of a sink, validated once, here. Immutable.
 *
 * @param name the sink's name: the consumer group, the prefix of its topics, and a part of every effect key
 * @param application what is applied to events
 * @param topics the topics of the sink
 * @param kafka Kafka's properties
 * @param stateDirectory where state is kept between starts, below it for each event topic
 * @param limits bounds of work and time
 * @param policies what happens when something fails
 * @param instruments what the sink measures with
 */
public record SinkSettings<T>(
        String name,
        Application<T> application,
        Topics topics,
        Map<String, Object> kafka,
        Path stateDirectory,
        Limits limits,
        Policies policies,
        Instruments instruments) {

    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9._-]{1,200}");

    /** Below it, each pass of the stream thread would end with a commit, and a revocation could not be prepared for. */
    private static final Duration SHORTEST_COMMIT_INTERVAL = Duration.ofMillis(10);

    /** A shorter one would be shorter than the checks whether a report is due. */
    private static final Duration SHORTEST_INSTANCE_INTERVAL = Duration.ofMillis(500);

    /** Where a report is older than a few minutes, its instance does not count as running. */
    private static final Duration LONGEST_INSTANCE_INTERVAL = Duration.ofMinutes(1);

    /** With less, the stores of a few partitions would write their memory to disk all the time. */
    private static final long SMALLEST_STATE_MEMORY = 8L * 1024 * 1024;

    /**
     * What is applied to events.
     *
     * @param peerKey the peer that an event counts for
     * @param interests which events are applied
     * @param fingerprint the code of the sink and its target, as text; the same for all instances
     * @param adopt whether it may replace what the sink was before
     */
    public record Application<T>(
            ReplicationSink<T> sink,
            PayloadCodec<T> codec,
            Function<ReplicationEvent<T>, String> peerKey,
            Interests interests,
            String fingerprint,
            boolean adopt) {}

    /**
     * The topics of a sink.
     *
     * @param events where it reads events
     * @param deadLetters where it writes records that cannot be decoded
     * @param missing what happens at the start where the event topic does not exist
     * @param checkInterval how often it reads the description of the event topic
     * @param instanceInterval how often an instance reports itself; zero if it does not
     */
    public record Topics(
            String events,
            String deadLetters,
            MissingTopic missing,
            Duration checkInterval,
            Duration instanceInterval) {

        /** Whether instances report themselves, on a topic of the sink. */
        public boolean hasInstances() {
            return !instanceInterval.isZero();
        }
    }

    /**
     * What happens at the start where the event topic does not exist.
     *
     * @param startWait how long the start waits for it
     * @param unlimited whether the sink waits on without a limit after its start, also for a cluster that does not answer
     * @param partitions with how many partitions it is created; empty if it is not created
     * @param replicationFactor of a topic that is created; -1 for the broker's default
     */
    public record MissingTopic(Duration startWait, boolean unlimited, OptionalInt partitions, int replicationFactor) {

        /** @throws IllegalArgumentException if a number is invalid */
        public MissingTopic {
            require(
                    partitions.isEmpty() || partitions.getAsInt() >= 1,
                    "An event topic needs at least 1 partition, but createTopic was called with "
                            + (partitions.isEmpty() ? 0 : partitions.getAsInt())
                            + ". Choose a number that is high enough permanently: it cannot be changed.");
            require(
                    replicationFactor == -1 || (replicationFactor >= 1 && replicationFactor <= Short.MAX_VALUE),
                    "The replication factor of the event topic is " + replicationFactor + ". Set it to 1 to "
                            + Short.MAX_VALUE + ", or to -1 for the broker's default.");
        }
    }

    /**
     * Bounds of work and time.
     *
     * @param concurrency events applied side by side
     * @param maxInFlight events read and not applied yet, per partition
     * @param maxParked parked events, per partition
     * @param commitInterval how often offsets and results commit
     * @param drainTimeout how long running applications may take when the sink stops or a partition is revoked
     * @param stateMemory native memory of all stores, in bytes
     * @param queueExpiry how long nothing is read of a queue before it is forgotten
     */
    public record Limits(
            int concurrency,
            int maxInFlight,
            int maxParked,
            Duration commitInterval,
            Duration drainTimeout,
            long stateMemory,
            Duration queueExpiry) {}

    /** What happens when something fails, and how often the target is called. */
    public record Policies(
            RetryPolicy retry,
            BreakerPolicy breaker,
            RateLimit rate,
            OnGap onGap,
            OnExhausted onExhausted,
            OnPermanent onPermanent) {

        /** Which failures of effects are permanent, and what happens then. */
        public EffectRules effectRules() {
            return new EffectRules(retry::isPermanent, onPermanent);
        }
    }

    /**
     * What the sink measures with.
     *
     * @param meters where its meters are registered
     * @param queueSeries how many queues are measured each by itself
     * @param showsKafka whether the meters of its Kafka clients are registered as well
     * @param clock its instants
     * @param ticker its durations
     * @param random the jitter of its retries; safe for several threads
     * @param latencies what its instances report besides how long effects took, by name
     * @param spans the spans of events and effects
     */
    public record Instruments(
            MeterRegistry meters,
            int queueSeries,
            boolean showsKafka,
            Clock clock,
            Ticker ticker,
            RandomGenerator random,
            Supplier<Map<String, EffectLatency>> latencies,
            TaskSpans spans) {

        /** Of a sink whose instances report nothing else, and that is not traced. */
        public Instruments(
                MeterRegistry meters,
                int queueSeries,
                boolean showsKafka,
                Clock clock,
                Ticker ticker,
                RandomGenerator random) {
            this(meters, queueSeries, showsKafka, clock, ticker, random, Map::of, TaskSpans.NONE);
        }
    }

    /** @throws IllegalArgumentException if a setting is invalid; the message states which, and what is allowed */
    public SinkSettings {
        kafka = Map.copyOf(kafka);
        require(
                NAME.matcher(name).matches() && !name.equals(".") && !name.equals(".."),
                "The sink name '" + name
                        + "' cannot be used, because it becomes a consumer group and a part of topic names. "
                        + "Use letters, digits, dots, hyphens and underscores, but not dots alone.");
        require(
                kafka.get("bootstrap.servers") != null,
                "The sink " + name
                        + " has no Kafka to connect to: bootstrap.servers is not set. Pass it to kafka(...).");
        String control = TopicNames.control(name);
        require(
                !topics.deadLetters().equals(topics.events())
                        && !topics.deadLetters().equals(control),
                "The dead-letter topic of sink " + name + " is " + topics.deadLetters()
                        + ", which is its event topic or its control topic. Name another with deadLetterTopic(...).");
        require(
                !topics.events().equals(control),
                "The event topic of sink " + name + " is " + topics.events()
                        + ", which is its control topic. Give the sink another name.");
        requireDistinct(name, topics);
        require(
                instruments.queueSeries() >= 0,
                "Sink " + name + " cannot measure " + instruments.queueSeries()
                        + " queues each by itself. Set queueSeries to the number that may have meters of their own, or to 0 if all"
                        + " are to share them.");
        require(
                limits.concurrency() >= 1 && limits.maxInFlight() >= limits.concurrency(),
                "Sink " + name + " needs 1 <= concurrency <= maxInFlight, but concurrency is " + limits.concurrency()
                        + " and maxInFlight " + limits.maxInFlight() + ". Raise the lower one.");
        require(
                limits.maxParked() >= 1,
                "Sink " + name + " needs room for at least 1 parked event, but maxParked is " + limits.maxParked()
                        + ". To stop where an event cannot be applied, use onExhausted(STOP).");
        require(
                limits.stateMemory() >= SMALLEST_STATE_MEMORY,
                "Sink " + name + " needs at least " + SMALLEST_STATE_MEMORY
                        + " bytes of memory for its state, but stateMemory is " + limits.stateMemory() + ". Raise it.");
        require(
                !limits.queueExpiry().isNegative(),
                "Sink " + name + " needs a queue expiry that is not negative, but it is "
                        + DurationText.of(limits.queueExpiry()) + ". Raise it.");
        require(
                limits.commitInterval().compareTo(SHORTEST_COMMIT_INTERVAL) >= 0
                        && !limits.drainTimeout().isNegative(),
                "Sink " + name + " needs a commit interval of at least " + SHORTEST_COMMIT_INTERVAL.toMillis()
                        + " ms and a drain timeout that is not negative, but they are "
                        + DurationText.of(limits.commitInterval()) + " and " + DurationText.of(limits.drainTimeout())
                        + ". Raise them.");
        require(
                !topics.checkInterval().isNegative() && topics.checkInterval().toMillis() > 0,
                "Sink " + name + " needs a topic check interval of at least 1 ms, but it is "
                        + DurationText.of(topics.checkInterval()) + ". Raise topicCheckInterval.");
        require(
                !topics.hasInstances()
                        || (topics.instanceInterval().compareTo(SHORTEST_INSTANCE_INTERVAL) >= 0
                                && topics.instanceInterval().compareTo(LONGEST_INSTANCE_INTERVAL) <= 0),
                "Sink " + name + " reports its instances every 500 ms to 1 m, or not at all, but instanceInterval is "
                        + DurationText.of(topics.instanceInterval())
                        + ". Set it to a duration between these, or to 0.");
    }

    /** Topics whose names Kafka does not distinguish cannot be on one cluster. */
    private static void requireDistinct(String name, Topics topics) {
        List<String> names = List.of(
                topics.events(),
                topics.deadLetters(),
                TopicNames.control(name),
                TopicNames.identity(name),
                TopicNames.instances(name),
                TopicNames.changelog(name, StoreNames.RESULTS),
                TopicNames.changelog(name, StoreNames.STATE));
        for (int one = 0; one < names.size(); one++) {
            for (int other = one + 1; other < names.size(); other++) {
                require(
                        !TopicNames.collide(names.get(one), names.get(other)),
                        "Sink " + name + " needs the topics " + names.get(one) + " and " + names.get(other)
                                + ", but Kafka does not distinguish dots and underscores in the names of topics, so they are"
                                + " the same. Give the sink or the topic that you named another name.");
            }
        }
    }

    /** The options by which a command finds this sink. */
    public String commandOptions() {
        Object servers = kafka.get("bootstrap.servers");
        String list = servers instanceof Collection<?> several
                ? several.stream().map(String::valueOf).collect(Collectors.joining(","))
                : String.valueOf(servers);
        return "--bootstrap-server " + list + " --name " + name;
    }

    private static void require(boolean valid, String otherwise) {
        if (!valid) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
