package io.taskqueue.source;

import io.micrometer.core.instrument.MeterRegistry;
import io.taskqueue.event.NameRule;
import io.taskqueue.event.PayloadInclusion;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.libraries.SupportedLibraries;
import io.taskqueue.libraries.UnsupportedLibraryException;
import io.taskqueue.queue.QueueClosedException;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.queue.Ticker;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.publish.BufferLimits;
import io.taskqueue.source.publish.PeerResolver;
import io.taskqueue.source.recovery.AbandonedTasks;
import io.taskqueue.source.recovery.Recovery;
import io.taskqueue.source.recovery.RecoveryReport;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Publishes every change of one queue to Kafka: in order, without a gap, and without forking the history when another process
 * takes over the queue.
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
 * and calls that end a lease do not. The source retries until it is closed. It stops by itself, and its queue with it, only when
 * continuing would fork or break the history: another source claimed the queue, the registry lost this one's claim, or the
 * codec returned a payload that is not JSON.
 *
 * <p>Thread-safe. Its own threads are daemons: a process that ends without {@link #close()} loses the events in the buffer.
 *
 * @param <T> the payload's type
 */
public final class ReplicationSource<T> implements AutoCloseable {

    /** The default event topic. */
    public static final String DEFAULT_TOPIC = TopicNames.EVENTS;

    /** The default registry topic. */
    public static final String DEFAULT_REGISTRY_TOPIC = TopicNames.REGISTRY;

    /** The default capacity of a subscription, in events. */
    public static final int DEFAULT_SUBSCRIPTION_CAPACITY = 16_384;

    /** How many futures of {@link #replicated()} may wait at once. */
    public static final int MAX_WAITING_FUTURES = 100_000;

    /** The shortest limit of {@link Builder#ownershipStrict}. */
    public static final Duration MIN_OWNERSHIP_STRICT = GroupSettings.Environment.SHORTEST_OWNERSHIP;

    private final BuiltSource<T> source;

    private ReplicationSource(BuiltSource<T> source) {
        this.source = source;
    }

    /**
     * Starts to build a source for a queue that has not been used yet.
     *
     * @param codec encodes payloads as JSON
     */
    public static <T> Builder<T> builder(TaskQueue<T> queue, PayloadCodec<T> codec) {
        return new Builder<>(queue, codec);
    }

    /** Starts sources in a group together; see {@link SourceGroup#start}. */
    static <T> List<ReplicationSource<T>> startAll(SourceGroup group, List<Builder<T>> builders)
            throws InterruptedException {
        SupportedLibraries.requireForConnector();
        List<ReplicationSource<T>> sources =
                builders.stream().map(builder -> builder.buildIn(group)).toList();
        startBuilt(group, sources);
        return sources;
    }

    /** Starts sources that were built in a group together; see {@link SourceGroup#startTogether}. */
    static <T> void startBuilt(SourceGroup group, List<ReplicationSource<T>> sources) throws InterruptedException {
        BuiltSource.startAll(
                group.engine(), sources.stream().map(built -> built.source).toList());
    }

    /**
     * Starts a source that was {@linkplain Builder#build() built} only: creates the topics if they do not exist, claims the queue, opens
     * the epoch on Kafka and attaches to the queue; returns when all of that is acknowledged. From the claim on, an older source of the
     * queue is fenced. If it fails, it can be called again.
     *
     * @throws SourceStartException if Kafka cannot be reached, or a topic does not suit; the queue is unchanged
     * @throws IllegalStateException if the source was started or closed before, another thread is starting it, or its queue has been used
     *     or has another source
     * @throws InterruptedException if the thread is interrupted while it waits for Kafka
     */
    public void start() throws InterruptedException {
        source.start();
    }

    /**
     * Whether the source was started, also if it has ended since. Before that, everything but {@link #queue}, {@link #queueName}, {@link #isOf},
     * {@link #start}, {@link #close()} and {@link #closeReport} throws an {@link IllegalStateException}.
     */
    public boolean started() {
        return source.started().isPresent();
    }

    /** Whether the source was built with that group. */
    public boolean isOf(SourceGroup group) {
        return source.isOf(group.engine());
    }

    private SourceEngine<T> engine() {
        return source.engine();
    }

    public String queueName() {
        return source.queue.name();
    }

    /** The queue whose changes are published. */
    public TaskQueue<T> queue() {
        return source.queue;
    }

    /** This instance of the queue's source: the offset of its claim in the registry. */
    public long epoch() {
        return engine().claim.epoch();
    }

    /** Unique to this instance; the claim, SourceStarted and every record's {@code ce_source} carry it. */
    public UUID instanceId() {
        return engine().claim.instanceId();
    }

    /** The named process that this source publishes for. */
    public String sourcePeer() {
        return engine().claim.sourcePeerId();
    }

    /** The position of the newest event; sequence 0 before the first. */
    public Position position() {
        return engine().buffer.appendedUpTo();
    }

    /** The highest position up to which, itself included, all is acknowledged. */
    public Position replicatedUpTo() {
        return engine().buffer.acknowledgedUpTo();
    }

    /**
     * Completes when every event so far is confirmed: Kafka has acknowledged it, and the registry, read after that, shows that no
     * other source has claimed the queue; so every sink will receive it, and a recovery will find it.
     *
     * <p>The value is the position of the last of them. Fails with {@link SourceFencedException} if the queue is claimed by another
     * source, and with {@link SourceStoppedException} if the source ends first; the events may still be on Kafka. Waits
     * as long as Kafka cannot be reached: use a timeout. A future that was cancelled or completed otherwise is released at once; at
     * most {@value #MAX_WAITING_FUTURES} wait, and one more fails with an {@link IllegalStateException}.
     *
     * <p>Dependent actions run on a thread for them, unless they are given an executor. They may close the source, and may wait for
     * another of its futures; one that blocks otherwise delays the other futures of the source, and nothing else.
     */
    public CompletableFuture<Position> replicated() {
        SourceEngine<T> running = engine();
        return running.gate.await(running.buffer::appendedUpTo);
    }

    /** The queue's events from now on, as they are published, with a capacity of {@value #DEFAULT_SUBSCRIPTION_CAPACITY}. */
    public EventSubscription<T> events() {
        return events(DEFAULT_SUBSCRIPTION_CAPACITY);
    }

    /**
     * The queue's events from now on, as they are published: without payloads where {@link Builder#payload} leaves them out.
     *
     * @param capacity how many events may wait for the reader before the subscription ends with {@link
     *     SubscriptionOverflowException}
     */
    public EventSubscription<T> events(int capacity) {
        return engine().subscriptions.open(capacity);
    }

    /**
     * Calls the observer with each event that Kafka has acknowledged from now on, in order, on a thread of its own. What it
     * throws is logged and counted, and it is called with the next event; an observer that is {@value
     * #DEFAULT_SUBSCRIPTION_CAPACITY} events behind gets no more events, which is logged as an error and counted. Neither affects
     * the queue.
     *
     * @return the observation, whose end drops the events that wait for the observer
     */
    public Observation observe(Consumer<ReplicationEvent<T>> observer) {
        return engine().subscriptions.observe(observer, DEFAULT_SUBSCRIPTION_CAPACITY)::close;
    }

    /** An observer's connection to a source. */
    public interface Observation extends AutoCloseable {

        /** Ends the observation. The observer may still be in its last call. */
        @Override
        void close();
    }

    /**
     * The health of the source now. Never blocks.
     *
     * <p>A failure that Kafka's clients report shows at once. Where they report none, because no broker answers, it shows within 6 s
     * while events wait, and within 20 s while none does.
     */
    public SourceHealth health() {
        return engine().health();
    }

    /**
     * Closes the queue, then waits until Kafka has acknowledged what is left, no longer than the close timeout. Events that it has
     * not acknowledged by then are logged as an error, with their positions, and are in the {@link #closeReport()}. Subscriptions
     * end when they are read to their end. An interruption ends the waiting, and the thread stays interrupted. A second call does
     * nothing. Of a source that was not started, only the queue is closed.
     *
     * <p>Listeners of the queue are called on a thread for that. One that has not returned when the close timeout and the queue's
     * {@code closeGrace} have passed is logged as a warning: the source is closed without the queue, which is stopped as soon as the
     * listener returns; what the queue emits until then is not replicated, and its tasks are left to the next owner. An observer is not
     * waited for.
     *
     * @throws IllegalStateException if it is called by a listener of the queue, or by the function of {@code ownerPeer}, whose threads
     *     it would wait for; nothing has changed, and another thread can close the source
     */
    @Override
    public void close() {
        source.startedOrClose().ifPresent(engine -> engine.close(engine.closeTimeout()));
    }

    /**
     * Closes as {@link #close()} does, and waits as long as given here, not as long as the close timeout. Use it where what Kafka
     * has not acknowledged must not be lost with the process:
     *
     * <pre>{@code
     * CloseReport report = source.close(Duration.ofSeconds(20));
     * if (!report.complete()) {
     *     UnreplicatedFile.write(Path.of("orders.unreplicated.ndjson"), report.unreplicated());
     * }
     * }</pre>
     *
     * <p>{@link EventResend} or the command {@code taskqueue resend} publishes the file later, unless another source has claimed
     * the queue by then.
     *
     * @return what was not replicated; of an earlier call, if there was one
     * @throws IllegalStateException if another thread is closing the source at this moment
     */
    public CloseReport close(Duration timeout) {
        SourceEngine<T> running = engine();
        running.close(Objects.requireNonNull(timeout, "timeout"));
        return running.requireClosed();
    }

    /** What was not replicated, once {@link #close()} has returned. */
    public Optional<CloseReport> closeReport() {
        return source.started().flatMap(SourceEngine::closeReport);
    }

    /**
     * Hands the queue over to its next owner: accepts no more work, waits for the holders of leases, leaves the remaining tasks on
     * the topic, waits until Kafka has acknowledged everything, publishes the queue's last low-water mark, and closes the source. A source
     * that then starts with {@link Builder#recover} has all of these tasks, and none waits for a lease to expire.
     *
     * @param grace how long holders of leases may take; a lease that is held longer is revoked
     * @return how many tasks were left, and what was not replicated within the close timeout
     * @throws QueueClosedException if the source was fenced or has failed, so that the queue is not its own to hand over; it is closed then
     * @throws IllegalStateException if it is called by a listener of the queue, or another thread is closing the source
     */
    public HandOverReport handOver(Duration grace) {
        return engine().handOver(Objects.requireNonNull(grace, "grace"));
    }

    /** What the source recovered when it started; empty if it was started without {@link Builder#recover}. */
    public Optional<RecoveryReport> recovery() {
        return engine().recovery();
    }

    /**
     * The live tasks of earlier owners that the source does not work on, because it was started without {@link Builder#recover}. Empty
     * until they are counted, which begins at the start of the source and reads its partition from the queue's low-water mark on, and if
     * the source was started with a recovery.
     */
    public Optional<AbandonedTasks> abandoned() {
        return engine().abandoned();
    }

    /** Collects the settings of a source; {@link #start()} and {@link #build()} validate them. Not thread-safe. */
    public static final class Builder<T> {

        private final TaskQueue<T> queue;
        private final PayloadCodec<T> codec;
        private final SourceGroup.Builder own = SourceGroup.builder();
        private final Set<String> settingsOfTheGroup = new LinkedHashSet<>();
        private @Nullable SourceGroup group;
        private @Nullable String ownerPeer;
        private Function<TaskEvent<T>, @Nullable String> ownerOfEvent = event -> null;
        private PayloadInclusion payload = PayloadInclusion.EVERY_EVENT;
        private int bufferEvents = 16_384;
        private long bufferBytes = 64L * 1024 * 1024;
        private Optional<Recovery> recovery = Optional.empty();

        private Builder(TaskQueue<T> queue, PayloadCodec<T> codec) {
            this.queue = Objects.requireNonNull(queue, "queue");
            this.codec = Objects.requireNonNull(codec, "codec");
        }

        /**
         * The group that the source shares its Kafka clients and threads with. It has the settings of Kafka, topics, meters, time and time
         * limits, which then cannot be set here. Default none: a group for this source alone, which is closed with it.
         */
        public Builder<T> group(SourceGroup sources) {
            this.group = Objects.requireNonNull(sources, "group");
            return this;
        }

        /**
         * The properties of the Kafka clients. One that starts with {@code producer.}, {@code consumer.} or {@code admin.}
         * applies to that client only. {@code delivery.timeout.ms} is how long the oldest event may wait before the producer is
         * replaced; no event is ever dropped. A further call adds properties, and replaces those of the same name.
         */
        public Builder<T> kafka(Map<String, ?> properties) {
            return ofTheGroup("kafka", own.kafka(properties));
        }

        /** The name of this process, on every event. Default {@code source}. */
        public Builder<T> sourcePeer(String name) {
            return ofTheGroup("sourcePeer", own.sourcePeer(name));
        }

        /**
         * The process that is responsible for every task, except those for which the function of {@link #ownerPeer(Function)} names
         * another one. Default none.
         */
        public Builder<T> ownerPeer(String name) {
            this.ownerPeer = NameRule.require("peer name", "dispatcher-a", name);
            return this;
        }

        /**
         * Resolves the process that is responsible for the task of an event; null for the one named with {@link #ownerPeer(String)},
         * in whichever order both are called. Called once for each event, on the publisher's thread; if it throws, or returns a name
         * that is not legal, which is logged, the event has the default too.
         */
        public Builder<T> ownerPeer(Function<TaskEvent<T>, @Nullable String> resolver) {
            this.ownerOfEvent = Objects.requireNonNull(resolver, "resolver");
            return this;
        }

        /**
         * Which events include the payload of their task. With {@link PayloadInclusion#FIRST_EVENT} records are smaller, and what reads the
         * queue's events, in this process or from the topic, has the payload only in the kinds listed there: a sink that acts on a
         * Completed has to keep what it needs from Enqueued. The topic has to keep the first event of a live task, for which the low-water
         * mark waits.
         *
         * <p>It can be changed from one start to the next. Every reader of the topic must be of a version that knows it before a source uses
         * FIRST_EVENT. Default {@link PayloadInclusion#EVERY_EVENT}.
         */
        public Builder<T> payload(PayloadInclusion inclusion) {
            this.payload = Objects.requireNonNull(inclusion, "inclusion");
            return this;
        }

        /** The event topic. Default {@value ReplicationSource#DEFAULT_TOPIC}. */
        public Builder<T> topic(String name) {
            return ofTheGroup("topic", own.topic(name));
        }

        /** The registry topic. Default {@value ReplicationSource#DEFAULT_REGISTRY_TOPIC}. */
        public Builder<T> registryTopic(String name) {
            return ofTheGroup("registryTopic", own.registryTopic(name));
        }

        /**
         * How many partitions a new event topic has, 12 unless set; an existing topic must have as many or more. A queue's first claim
         * keeps this number, which decides the queue's partition permanently, also if partitions are added to the topic.
         */
        public Builder<T> partitions(int count) {
            return ofTheGroup("partitions", own.partitions(count));
        }

        /** The replication factor of topics that are created. Default -1, the broker's default. */
        public Builder<T> replicationFactor(int replicas) {
            return ofTheGroup("replicationFactor", own.replicationFactor(replicas));
        }

        /** Whether to create topics that do not exist. Default true. */
        public Builder<T> createTopics(boolean create) {
            return ofTheGroup("createTopics", own.createTopics(create));
        }

        /** How many events may wait for Kafka before {@code enqueue} and {@code lease} do. Default 16,384. */
        public Builder<T> bufferEvents(int events) {
            this.bufferEvents = events;
            return this;
        }

        /** How many bytes of events may wait; exceeded at most by events whose places were reserved before. Default 64 MiB. */
        public Builder<T> bufferBytes(long bytes) {
            this.bufferBytes = bytes;
            return this;
        }

        /** A limit below the topic's {@code max.message.bytes} and the producer's {@code max.request.size}. Default none. */
        public Builder<T> maxRecordBytes(int bytes) {
            return ofTheGroup("maxRecordBytes", own.maxRecordBytes(bytes));
        }

        /** The registry of the meters of the queue and the source, and where {@link #kafkaMetrics} is set, of its producer. Default none. */
        public Builder<T> metrics(MeterRegistry registry) {
            return ofTheGroup("metrics", own.metrics(registry));
        }

        /**
         * Whether the meters of the source's Kafka producer are registered too, as {@code taskqueue.kafka.…}, so that they do not
         * collide with those of other clients in the process. Default false.
         */
        public Builder<T> kafkaMetrics(boolean register) {
            return ofTheGroup("kafkaMetrics", own.kafkaMetrics(register));
        }

        /** The clock of {@code recordedAt}. Default the system's. */
        public Builder<T> clock(Clock source) {
            return ofTheGroup("clock", own.clock(source));
        }

        /** The ticker of durations, such as how long an event has waited. Default {@link Ticker#system()}. */
        public Builder<T> ticker(Ticker source) {
            return ofTheGroup("ticker", own.ticker(source));
        }

        /** How long {@link ReplicationSource#close()} waits for what is left. Default 30 s. */
        public Builder<T> closeTimeout(Duration timeout) {
            return ofTheGroup("closeTimeout", own.closeTimeout(timeout));
        }

        /**
         * Recovers the live tasks of the queue: those that its earlier owners left when they ended, however they ended. They are in the
         * queue when {@link #start()} returns, with their identity, attempt, last error and the time at which they were enqueued; nothing
         * is leased before. A task that was leased waits until that lease has expired. Default none: live tasks stay on the topic, and
         * the source logs how many there are.
         */
        public Builder<T> recover(Recovery settings) {
            this.recovery = Optional.of(settings);
            return this;
        }

        /**
         * The minimum time between two low-water marks, which the source publishes in the registry while the mark moves. A recovery reads
         * the partition from the last mark on. Default 5 s.
         */
        public Builder<T> markInterval(Duration interval) {
            return ofTheGroup("markInterval", own.markInterval(interval));
        }

        /**
         * Suspends leasing while the source has not been able to read the registry for longer than this, because another source may
         * have claimed the queue since: {@code lease} then waits, until the registry is read again. What it costs: an outage of the
         * registry, of that topic alone too, stops new work after this time. What it gives: no lease is granted later than this after
         * another source has claimed the queue, also by a process that was suspended meanwhile. Without it, a source grants leases as
         * long as it has read of no newer claim. Default: not limited; at least 2 s.
         */
        public Builder<T> ownershipStrict(Duration limit) {
            return ofTheGroup("ownershipStrict", own.ownershipStrict(limit));
        }

        /**
         * Creates the topics if they do not exist, claims the queue, opens the epoch on Kafka and attaches to the queue; returns
         * when all of that is acknowledged. From the claim on, an older source of the queue is fenced.
         *
         * @throws IllegalArgumentException if a setting is not legal
         * @throws UnsupportedLibraryException if the application brings a version of a library that does not work here
         * @throws SourceStartException if Kafka cannot be reached, or a topic does not suit; the queue is unchanged
         * @throws IllegalStateException if the queue has been used or has a source
         * @throws InterruptedException if the thread is interrupted while it waits for Kafka
         */
        public ReplicationSource<T> start() throws InterruptedException {
            ReplicationSource<T> source = build();
            source.start();
            return source;
        }

        /**
         * Builds a source without starting it, for an application that first creates all its parts and then starts them: {@link
         * ReplicationSource#start} does what {@link #start()} does. Kafka is not reached, and an older source of the queue is not fenced,
         * before. The queue must not be used before its source has started.
         *
         * @throws IllegalArgumentException if a setting is not legal
         * @throws UnsupportedLibraryException if the application brings a version of a library that does not work here
         */
        public ReplicationSource<T> build() {
            SupportedLibraries.requireForConnector();
            SourceGroup shared = group;
            if (shared != null) {
                return buildIn(shared);
            }
            GroupSettings alone = own.settingsForOne();
            return new ReplicationSource<>(BuiltSource.alone(queue, settings(alone, false), alone));
        }

        private ReplicationSource<T> buildIn(SourceGroup shared) {
            if (group != null && group != shared) {
                throw new IllegalArgumentException("The source of queue " + queue.name()
                        + " has another group. Start it with its own start(), or without group(...) in this one.");
            }
            GroupEngine engine = shared.engine();
            return new ReplicationSource<>(BuiltSource.of(engine, queue, settings(engine.settings(), true)));
        }

        private Builder<T> ofTheGroup(String setting, SourceGroup.Builder set) {
            assert set == own;
            settingsOfTheGroup.add(setting);
            return this;
        }

        private SourceSettings<T> settings(GroupSettings ofGroup, boolean isShared) {
            if (isShared && !settingsOfTheGroup.isEmpty()) {
                throw new IllegalArgumentException("The source of queue " + queue.name() + " has a group, and sets "
                        + String.join(", ", settingsOfTheGroup)
                        + ", which all sources of a group share. Set that with SourceGroup.builder().");
            }
            return new SourceSettings<>(
                    codec,
                    payload,
                    new BufferLimits(bufferEvents, bufferBytes),
                    new PeerResolver<>(ofGroup.sourcePeer(), ownerPeer, ownerOfEvent),
                    recovery);
        }
    }
}
