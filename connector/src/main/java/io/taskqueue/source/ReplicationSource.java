package io.taskqueue.source;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.Task;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Publishes every change of one queue to Kafka: in order, without a hole, and without forking when another process takes the
 * queue over.
 *
 * <pre>{@code
 * try (var queue = TaskQueue.<Order>builder("orders").build();
 *         var source = ReplicationSource.builder(queue, PayloadCodec.json(Order.class))
 *                 .kafka(Map.of("bootstrap.servers", "localhost:9092"))
 *                 .sourcePeer("dispatcher-a")
 *                 .start()) {
 *     queue.enqueue(order);
 *     source.replicated().get(5, SECONDS); // now answer the client
 * }
 * }</pre>
 *
 * <p>While Kafka cannot be reached, events wait in a bounded buffer; when it is full, {@code enqueue} and {@code lease} wait,
 * and everything that ends a lease goes on. The source tries again until it is closed. It stops by itself, and its queue with
 * it, only when going on would fork or break the history: another source claimed the queue, the registry lost this one's
 * claim, or the codec wrote a payload that is no JSON.
 *
 * <p>Thread-safe. Its own threads are daemons: a process that ends without {@link #close()} loses what waits in the buffer.
 *
 * @param <T> the payload's type
 */
public final class ReplicationSource<T> implements AutoCloseable {

    /** The event topic, unless another is named. */
    public static final String DEFAULT_TOPIC = "taskqueue.events";

    /** The registry topic, unless another is named. */
    public static final String DEFAULT_REGISTRY_TOPIC = "taskqueue.sources";

    /** How many events wait for a reader, unless it asks for another number. */
    public static final int DEFAULT_SUBSCRIPTION_CAPACITY = 16_384;

    private final SourceEngine<T> engine;
    private final Duration closeTimeout;

    ReplicationSource(SourceEngine<T> engine, Duration closeTimeout) {
        this.engine = engine;
        this.closeTimeout = closeTimeout;
    }

    /**
     * Begins a source for a queue that has not been used yet.
     *
     * @param codec how payloads become JSON
     */
    public static <T> Builder<T> builder(TaskQueue<T> queue, PayloadCodec<T> codec) {
        return new Builder<>(queue, codec);
    }

    public String queueName() {
        return engine.claim.queueName();
    }

    /** The queue whose changes are published. */
    public TaskQueue<T> queue() {
        return engine.queue;
    }

    /** This incarnation of the queue's source: the offset of its claim in the registry. */
    public long epoch() {
        return engine.claim.epoch();
    }

    /** Unique to this incarnation; the claim, SourceStarted and every record's {@code ce_source} carry it. */
    public UUID instanceId() {
        return engine.claim.instanceId();
    }

    /** The named process that this source publishes for. */
    public String sourcePeer() {
        return engine.claim.sourcePeerId();
    }

    /** Of the newest event taken; sequence 0 before the first. */
    public Position position() {
        return engine.buffer.appendedUpTo();
    }

    /** The highest position below which, itself included, all is acknowledged. */
    public Position replicatedUpTo() {
        return engine.buffer.acknowledgedUpTo();
    }

    /**
     * Becomes true when everything appended so far is safe: Kafka has acknowledged it, and the registry, read after that, shows
     * that nobody else has claimed the queue; so every sink will see it, and a recovery will find it.
     *
     * <p>Completes with the position up to which. Fails with {@link SourceFencedException} if the queue is claimed by another
     * source, and with {@link SourceStoppedException} if the source ends first; the events may be on Kafka all the same. Waits
     * as long as Kafka cannot be reached: use a time limit. Dependent actions run on the source's registry thread unless they
     * are given an executor, and must not block it.
     */
    public CompletableFuture<Position> replicated() {
        return engine.gate.await(engine.buffer::appendedUpTo);
    }

    /** A view of the queue's events from now on, with room for {@value #DEFAULT_SUBSCRIPTION_CAPACITY} of them. */
    public EventSubscription<T> events() {
        return events(DEFAULT_SUBSCRIPTION_CAPACITY);
    }

    /**
     * A view of the queue's events from now on.
     *
     * @param capacity how many events may wait for the reader before its view ends with {@link SubscriptionOverflowException}
     */
    public EventSubscription<T> events(int capacity) {
        return engine.subscriptions.open(capacity);
    }

    /**
     * Calls the observer with each event that Kafka has acknowledged from now on, in order, on a thread of its own. What it
     * throws is logged and counted, and it is called with the next event; one that is {@value #DEFAULT_SUBSCRIPTION_CAPACITY}
     * events behind is cut off, which is logged as an error and counted. Neither touches the queue.
     *
     * @return ends it; events that wait for the observer are dropped
     */
    public Observation observe(Consumer<ReplicationEvent<T>> observer) {
        return engine.subscriptions.observe(observer, DEFAULT_SUBSCRIPTION_CAPACITY);
    }

    /** An observer's connection to a source. */
    public interface Observation extends AutoCloseable {

        /** Ends it. The observer may be within its last call. */
        @Override
        void close();
    }

    /** How the source is now. Never blocks. */
    public SourceHealth health() {
        SourceStatus.Standing standing = engine.status.standing(engine.buffer.oldestTaken());
        return new SourceHealth(
                standing.state(),
                standing.since(),
                engine.buffer.size(),
                position(),
                replicatedUpTo(),
                engine.status.lastError());
    }

    /**
     * Closes the queue, then waits until Kafka has acknowledged what is left, no longer than the close time-out. What it has not
     * by then is logged as an error, with the positions, and told by {@link #closeReport()}. Ends the views when they are read
     * to their end. An interruption ends the waiting and is kept. Does nothing the second time.
     */
    @Override
    public void close() {
        engine.close(closeTimeout);
    }

    /** What was left behind, once {@link #close()} has returned. */
    public Optional<CloseReport> closeReport() {
        return engine.closeReport();
    }

    /** Collects the settings of a source; {@link #start()} checks them. Not thread-safe. */
    public static final class Builder<T> {

        private final TaskQueue<T> queue;
        private final PayloadCodec<T> codec;
        private Map<String, ?> kafka = Map.of();
        private String sourcePeer = "source";
        private Function<Task<T>, @Nullable String> ownerPeer = task -> null;
        private String topic = DEFAULT_TOPIC;
        private String registryTopic = DEFAULT_REGISTRY_TOPIC;
        private OptionalInt partitions = OptionalInt.empty();
        private int replicationFactor = -1;
        private boolean createTopics = true;
        private int bufferEvents = 16_384;
        private long bufferBytes = 64L * 1024 * 1024;
        private OptionalInt maxRecordBytes = OptionalInt.empty();
        private MeterRegistry metrics = new CompositeMeterRegistry();
        private Clock clock = Clock.systemUTC();
        private Duration closeTimeout = Duration.ofSeconds(30);

        private Builder(TaskQueue<T> queue, PayloadCodec<T> codec) {
            this.queue = Objects.requireNonNull(queue, "queue");
            this.codec = Objects.requireNonNull(codec, "codec");
        }

        /**
         * Where and how Kafka is reached: any client property. One that starts with {@code producer.}, {@code consumer.} or
         * {@code admin.} goes to that client alone. {@code delivery.timeout.ms} is how long the oldest event may wait before
         * the producer is replaced; no event is ever given up.
         */
        public Builder<T> kafka(Map<String, ?> properties) {
            this.kafka = Map.copyOf(properties);
            return this;
        }

        /** The name of this process, on every event. Default {@code source}. */
        public Builder<T> sourcePeer(String name) {
            this.sourcePeer = name;
            return this;
        }

        /** The process that is responsible for every task. Default none. */
        public Builder<T> ownerPeer(String name) {
            Peers.requireName("ownerPeer", name);
            this.ownerPeer = task -> name;
            return this;
        }

        /**
         * Says which process is responsible for a task, null for none. Called once an event, on the publisher's thread; if it
         * throws, which is logged, the event has no owner peer.
         */
        public Builder<T> ownerPeer(Function<Task<T>, @Nullable String> resolver) {
            this.ownerPeer = Objects.requireNonNull(resolver, "resolver");
            return this;
        }

        /** The event topic. Default {@value ReplicationSource#DEFAULT_TOPIC}. */
        public Builder<T> topic(String name) {
            this.topic = Objects.requireNonNull(name, "topic");
            return this;
        }

        /** The registry topic. Default {@value ReplicationSource#DEFAULT_REGISTRY_TOPIC}. */
        public Builder<T> registryTopic(String name) {
            this.registryTopic = Objects.requireNonNull(name, "registryTopic");
            return this;
        }

        /** How many partitions the event topic has, for life; one that is there must have as many. Default 12 for a new one. */
        public Builder<T> partitions(int count) {
            this.partitions = OptionalInt.of(count);
            return this;
        }

        /** Of topics that are made. Default -1, the broker's default. */
        public Builder<T> replicationFactor(int replicas) {
            this.replicationFactor = replicas;
            return this;
        }

        /** Whether to make topics that are missing. Default true. */
        public Builder<T> createTopics(boolean create) {
            this.createTopics = create;
            return this;
        }

        /** How many events may wait for Kafka before {@code enqueue} and {@code lease} do. Default 16,384. */
        public Builder<T> bufferEvents(int events) {
            this.bufferEvents = events;
            return this;
        }

        /** How many bytes of events may wait; exceeded by no more than what was let in before. Default 64 MiB. */
        public Builder<T> bufferBytes(long bytes) {
            this.bufferBytes = bytes;
            return this;
        }

        /** A limit below the topic's {@code max.message.bytes} and the producer's {@code max.request.size}. Default none. */
        public Builder<T> maxRecordBytes(int bytes) {
            this.maxRecordBytes = OptionalInt.of(bytes);
            return this;
        }

        /** Where the queue, the source and its Kafka clients are measured. Default nowhere. */
        public Builder<T> metrics(MeterRegistry registry) {
            this.metrics = Objects.requireNonNull(registry, "registry");
            return this;
        }

        /** What time {@code recordedAt} tells. Default the system's. */
        public Builder<T> clock(Clock source) {
            this.clock = Objects.requireNonNull(source, "clock");
            return this;
        }

        /** How long {@link ReplicationSource#close()} waits for what is left. Default 30 s. */
        public Builder<T> closeTimeout(Duration timeout) {
            this.closeTimeout = Objects.requireNonNull(timeout, "closeTimeout");
            return this;
        }

        /**
         * Makes the topics if need be, claims the queue, opens the epoch on Kafka and attaches to the queue; returns when all of
         * that is acknowledged. From the claim on, an older source of the queue is fenced.
         *
         * @throws IllegalArgumentException if a setting cannot be
         * @throws SourceStartException if Kafka cannot be reached, or what is there does not fit; the queue is as it was
         * @throws IllegalStateException if the queue has been used or has a source
         * @throws InterruptedException if the thread is interrupted while it waits for Kafka
         */
        public ReplicationSource<T> start() throws InterruptedException {
            return new SourceStart<>(queue, options()).start();
        }

        private SourceOptions<T> options() {
            return new SourceOptions<>(
                    codec,
                    new KafkaSettings(kafka),
                    new TopicOptions(topic, registryTopic, partitions, replicationFactor, createTopics),
                    new BufferLimits(bufferEvents, bufferBytes),
                    new Peers<>(sourcePeer, ownerPeer),
                    new SourceOptions.Surroundings(metrics, clock, closeTimeout, maxRecordBytes));
        }
    }
}
