package io.taskqueue.spring;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.PayloadInclusion;
import io.taskqueue.sink.OnExhausted;
import io.taskqueue.sink.OnGap;
import io.taskqueue.sink.OnPermanent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The properties {@code taskqueue.*}, without {@code taskqueue.enabled}, which is a condition of the beans. What is not set has the default of the library; the values are validated where the queue, the source
 * or the sink is built.
 *
 * @param peer The name of this process on every event. Unless set, spring.application.name.
 * @param topics The topics, which sources and sinks share.
 * @param kafka Properties of the Kafka clients, in addition to the connection of spring.kafka.*. One that begins with 'producer.', 'consumer.',
 *     'admin.' or 'streams.' goes to that client alone.
 * @param source What all sources of the application share.
 * @param tracing The tracing of queues and sinks.
 * @param stateDirectory The directory of the state of sinks, in it one for each event topic. Unless set, '.taskqueue/state' in the user's home.
 *     Two instances of one sink on one machine need two.
 * @param queues The queues of this process, by name. Each has a bean TaskQueue and a bean ReplicationSource.
 * @param sinks The settings of sinks, by the name of their bean.
 */
@ConfigurationProperties("taskqueue")
public record TaskQueueProperties(
        @Nullable String peer,
        @DefaultValue Topics topics,
        @DefaultValue Map<String, String> kafka,
        @DefaultValue Source source,
        @DefaultValue Tracing tracing,
        @Nullable Path stateDirectory,
        @DefaultValue Map<String, Queue> queues,
        @DefaultValue Map<String, Sink> sinks) {

    /** The first part of each name. */
    static final String PREFIX = "taskqueue";

    public TaskQueueProperties {
        kafka = Map.copyOf(kafka);
        queues = Map.copyOf(queues);
        sinks = Map.copyOf(sinks);
    }

    /**
     * The topics.
     *
     * @param events The event topic.
     * @param registry The registry topic.
     * @param create Whether a source creates a topic that does not exist.
     * @param partitions How many partitions a new event topic has, 12 unless set. A queue never moves to another partition.
     * @param replicationFactor The replication factor of topics that a source creates. -1 is the broker's default.
     */
    public record Topics(
            @DefaultValue("taskqueue.events") String events,
            @DefaultValue("taskqueue.sources") String registry,
            @DefaultValue("true") boolean create,
            @Nullable Integer partitions,
            @DefaultValue("-1") int replicationFactor) {}

    /**
     * What all sources share.
     *
     * @param closeTimeout How long the close of all sources may take, at the end of the application. Unless set, two thirds of
     *     spring.lifecycle.timeout-per-shutdown-phase.
     * @param bufferSize How many bytes of events of all queues may wait for Kafka, 64 MB unless set.
     * @param markInterval The minimum time between two low-water marks of a queue, 5 s unless set.
     * @param ownershipStrict Suspends leasing while the registry could not be read for longer than this. Not limited unless set.
     * @param unreplicatedDirectory Where the events are written that Kafka has not acknowledged when a source is closed, one file for each
     *     queue. Unless set, they are lost with the process, which is logged as an error.
     * @param kafkaMetrics Whether the meters of the Kafka clients of sources and sinks are registered too.
     */
    public record Source(
            @Nullable Duration closeTimeout,
            @Nullable DataSize bufferSize,
            @Nullable Duration markInterval,
            @Nullable Duration ownershipStrict,
            @Nullable Path unreplicatedDirectory,
            @DefaultValue("false") boolean kafkaMetrics) {}

    /**
     * The tracing of queues and sinks.
     *
     * @param enabled Whether queues and sinks have the tracing of the application, a bean Tracing or one made of its ObservationRegistry or
     *     OpenTelemetry.
     */
    public record Tracing(@DefaultValue("true") boolean enabled) {}

    /**
     * A queue.
     *
     * @param payloadType The class of its payloads. Required.
     * @param capacity How many tasks may be pending or delayed before an enqueue waits, 512 unless set.
     * @param maxAttempts How often a task is attempted before it is dead, 5 unless set.
     * @param leaseDuration How long a lease lasts without a heartbeat, 30 s unless set.
     * @param heartbeatInterval The minimum time between two heartbeats that are events, 5 s unless set.
     * @param requeueDelay How long a task waits after a failed attempt, 0 unless set.
     * @param closeGrace How long the holders of leases may take when the queue is closed.
     * @param replication How its events are published.
     */
    public record Queue(
            @Nullable String payloadType,
            @Nullable Integer capacity,
            @Nullable Integer maxAttempts,
            @Nullable Duration leaseDuration,
            @Nullable Duration heartbeatInterval,
            @Nullable Duration requeueDelay,
            @Nullable Duration closeGrace,
            @DefaultValue Replication replication) {}

    /**
     * How the events of a queue are published.
     *
     * @param recover Whether the live tasks that earlier owners left are restored at the start.
     * @param ownerPeer The process that is responsible for the tasks. Unless set, none is named.
     * @param payload Which events include the payload of their task, 'every-event' unless set. With 'first-event', sinks get it in the first
     *     event of a task only.
     * @param bufferEvents How many events may wait for Kafka before enqueue and lease wait, 16384 unless set.
     * @param bufferSize How many bytes of events may wait, 64 MB unless set.
     */
    public record Replication(
            @DefaultValue("true") boolean recover,
            @Nullable String ownerPeer,
            @Nullable PayloadInclusion payload,
            @Nullable Integer bufferEvents,
            @Nullable DataSize bufferSize) {}

    /**
     * A sink.
     *
     * @param enabled Whether the sink runs in this application.
     * @param name The name of the sink, its consumer group and a part of every effect key. Unless set, the name of the bean. A sink of
     *     another name is another sink, and runs every effect again.
     * @param payloadType The class of the payloads. Unless set, the type argument of ReplicationSink in the type of the bean.
     * @param queues The queues that it applies, such as 'orders' or 'orders-*'. All unless set.
     * @param kinds The kinds of events that it applies, of those that it acts on. All of these unless set.
     * @param fingerprint What identifies the code of the sink and its target. Unless set, the name of the sink's class.
     * @param execution How it works.
     * @param failures What it does where something fails.
     */
    public record Sink(
            @DefaultValue("true") boolean enabled,
            @Nullable String name,
            @Nullable String payloadType,
            @DefaultValue List<String> queues,
            @DefaultValue Set<EventKind> kinds,
            @Nullable String fingerprint,
            @DefaultValue Execution execution,
            @DefaultValue Failures failures) {

        /** What a sink without any property has. */
        static final Sink UNSET = new Sink(
                true,
                null,
                null,
                List.of(),
                Set.of(),
                null,
                new Execution(null, null, null, null, null),
                new Failures(null, null, null, null));

        public Sink {
            queues = List.copyOf(queues);
            kinds = Set.copyOf(kinds);
        }
    }

    /**
     * How a sink works.
     *
     * @param concurrency Events applied side by side, 64 unless set.
     * @param maxInFlight Events read and not applied yet, for each partition, 512 unless set.
     * @param commitInterval How often offsets and results commit, 100 ms unless set.
     * @param drainTimeout How long running applications may take to finish when the sink stops, 5 s unless set.
     * @param stateMemory The native memory of the local state, 128 MB unless set.
     */
    public record Execution(
            @Nullable Integer concurrency,
            @Nullable Integer maxInFlight,
            @Nullable Duration commitInterval,
            @Nullable Duration drainTimeout,
            @Nullable DataSize stateMemory) {}

    /**
     * What a sink does where something fails.
     *
     * @param onGap What happens where events are missing, 'continue' unless set.
     * @param onExhausted What happens to an event whose attempts are used up, 'park' unless set.
     * @param onPermanent What happens to an effect that failed permanently, 'record' unless set.
     * @param maxParked Parked events of a partition beyond which the sink stops, 100000 unless set.
     */
    public record Failures(
            @Nullable OnGap onGap,
            @Nullable OnExhausted onExhausted,
            @Nullable OnPermanent onPermanent,
            @Nullable Integer maxParked) {}

    /** Passes on a property that is set. */
    static <V> void ifSet(@Nullable V value, Consumer<V> setter) {
        if (value != null) {
            setter.accept(value);
        }
    }

    /** The settings of the sink of that bean. */
    Sink sink(String bean) {
        return Optional.ofNullable(sinks.get(bean)).orElse(Sink.UNSET);
    }
}
