package io.taskqueue.streams;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.libraries.SupportedLibraries;
import io.taskqueue.libraries.UnsupportedLibraryException;
import io.taskqueue.metrics.SinkMeters;
import io.taskqueue.queue.Ticker;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.BreakerPolicy;
import io.taskqueue.sink.Interests;
import io.taskqueue.sink.OnExhausted;
import io.taskqueue.sink.OnGap;
import io.taskqueue.sink.OnPermanent;
import io.taskqueue.sink.QueueFilter;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.streams.admin.ParkedEvents;
import io.taskqueue.streams.checkpoint.PeerPositions;
import io.taskqueue.streams.parking.LocalParkedEvents;
import io.taskqueue.streams.rate.RateLimit;
import io.taskqueue.streams.settings.SinkSettings;
import io.taskqueue.streams.status.AppliedEvent;
import io.taskqueue.streams.status.EffectLatency;
import io.taskqueue.streams.status.QueueStatus;
import io.taskqueue.streams.status.SinkProgress;
import io.taskqueue.streams.status.SinkState;
import io.taskqueue.streams.status.SinkStatus;
import io.taskqueue.tracing.TaskSpans;
import io.taskqueue.tracing.Tracing;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A sink as a service on Kafka Streams: events are applied by workers, one task's in order and tasks side by side; offsets,
 * checkpoints and the results of effects commit together.
 *
 * <p>Any number of instances of one name share the work. An event that cannot be applied within its attempts is parked with its
 * error, later events of its task behind it, until an operator redrives or discards it ({@link ParkedEvents}); other tasks continue.
 * Where the service stops instead ({@link OnExhausted#STOP}), its state is {@link SinkState#FAILED}, its status states why and what
 * to do, and the event is applied again at the next start. Thread-safe.
 */
public final class SinkService implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SinkService.class);

    private final String name;
    private final SinkProgress progress;
    private final ServiceRun run;

    private SinkService(SinkSettings<?> settings) {
        this.name = settings.name();
        this.progress = SinkTopology.newProgress(settings);
        this.run = new ServiceRun(settings, progress);
    }

    /**
     * Builds a service.
     *
     * @param name the sink's name: the consumer group, the prefix of its internal topics, and a part of every effect key;
     *     letters, digits, dots, hyphens and underscores
     */
    public static <T> Builder<T> builder(String name, ReplicationSink<T> sink, PayloadCodec<T> codec) {
        return new Builder<>(name, sink, codec);
    }

    /** The status of the service now. */
    public SinkStatus status() {
        return progress.status(run.lifecycle().state(), run.health());
    }

    /** Why the service has failed, if it has: as in {@link #status()}, whose cost grows with the number of queues. */
    public Optional<String> failure() {
        return run.lifecycle().state() == SinkState.FAILED
                ? run.lifecycle().failure().map(reason -> String.valueOf(reason.getMessage()))
                : Optional.empty();
    }

    /** The queues that share the meters of {@link SinkMeters#OTHER_QUEUES}; see {@link Builder#queueSeries}. */
    public Set<String> queuesWithoutSeries() {
        return progress.queuesWithoutSeries();
    }

    /** Whether the service runs, is not closing, can use Kafka, and does not wait for its target. */
    public boolean ready() {
        return run.lifecycle().running() && run.health().ready();
    }

    /**
     * Passes every applied event to an observer, on a thread of its own, until the returned handle is closed. A slow observer
     * misses events and delays nothing, which is logged; whatever it throws is counted and logged, and it gets the next event.
     */
    public AutoCloseable observe(Consumer<? super AppliedEvent<?>> observer) {
        return observe(
                observer, missed -> LOG.warn("An observer of sink {} is too slow: it missed {} events", name, missed));
    }

    /**
     * Passes every applied event to an observer, as {@link #observe(Consumer)} does, and reports how many it missed.
     *
     * @param missed called on the observer's thread, before the next event that it gets
     */
    public AutoCloseable observe(Consumer<? super AppliedEvent<?>> observer, LongConsumer missed) {
        return progress.observers().add(observer, missed);
    }

    /**
     * The parked and discarded events in the partitions of this instance, from its own state, without asking Kafka; what was parked since
     * the last commit is among them. Empty for a partition whose state is being restored.
     */
    public LocalParkedEvents parked() {
        return run.parked();
    }

    /**
     * Clears the mark {@code diverged}, which records that events were missing, of queues in the partitions of this instance; takes effect
     * with the next record of their partition. See also {@link Builder#clearDiverged}.
     *
     * @param queues names such as {@code orders}, prefixes such as {@code orders-*}, or {@code *} for all queues, which also removes from
     *     {@link SinkStatus#logChanges} what happened to the event topic
     * @throws IllegalArgumentException if no queue is named, or a name cannot be that of a queue
     */
    public void clearDiverged(String... queues) {
        progress.requestClear(QueueFilter.of(List.of(queues)));
    }

    /** What an operator has to do for the topics of the sink, such as a permission that is missing; empty if nothing. */
    public Optional<String> topicNote() {
        return run.topicNote();
    }

    /**
     * Waits until the service has stopped.
     *
     * @throws SinkStoppedException if it failed
     */
    public void awaitTermination() throws InterruptedException {
        run.lifecycle().awaitEnd();
        Optional<SinkStoppedException> failure = run.lifecycle().failure();
        if (failure.isPresent()) {
            throw failure.get();
        }
    }

    /**
     * Stops: what runs may finish within the drain timeout, what is left is applied at the next start; the group is left, so
     * that its offsets can be moved immediately. Returns when it has stopped. Idempotent.
     */
    @Override
    public void close() {
        run.close();
    }

    /** Collects the settings of a service; {@link #start()} validates them. Not thread-safe. */
    public static final class Builder<T> {

        /** One generator for each worker thread. */
        private static final RandomGenerator RANDOM =
                () -> ThreadLocalRandom.current().nextLong();

        private final String name;
        private final ReplicationSink<T> sink;
        private final PayloadCodec<T> codec;
        private Map<String, ?> kafka = Map.of();
        private String topic = TopicNames.EVENTS;
        private @Nullable String deadLetterTopic;
        private @Nullable String fingerprint;
        private boolean adopt;
        private Path stateDirectory = Path.of(System.getProperty("user.home", "."), ".taskqueue", "state");
        private MeterRegistry metrics = new CompositeMeterRegistry();
        private boolean kafkaMetrics;
        private Supplier<Map<String, EffectLatency>> latencies = Map::of;
        private Tracing tracing = Tracing.NONE;
        private int concurrency = 64;
        private int maxInFlight = 512;
        private int queueSeries = 1_000;
        private RetryPolicy retry = RetryPolicy.DEFAULT;
        private BreakerPolicy breaker = BreakerPolicy.DEFAULT;
        private RateLimit rate = RateLimit.NONE;
        private Duration drainTimeout = Duration.ofSeconds(5);
        private Duration commitInterval = Duration.ofMillis(100);
        private Duration topicWait = Duration.ofSeconds(30);
        private boolean waitsForTopic;
        private OptionalInt newTopicPartitions = OptionalInt.empty();
        private int newTopicReplicationFactor = -1;
        private Duration topicCheckInterval = Duration.ofSeconds(30);
        private Duration instanceInterval = Duration.ofSeconds(5);
        private OnGap onGap = OnGap.CONTINUE;
        private @Nullable QueueFilter cleared;
        private OnExhausted onExhausted = OnExhausted.PARK;
        private OnPermanent onPermanent = OnPermanent.RECORD;
        private int maxParked = 100_000;
        private long stateMemory = 128L * 1024 * 1024;
        private Duration queueExpiry = Duration.ofDays(7);
        private Interests kinds = Interests.ALL;
        private QueueFilter queues = QueueFilter.ALL;
        private Clock clock = Clock.systemUTC();
        private Function<ReplicationEvent<T>, String> peerKey =
                event -> event.ownerPeerId().orElse(PeerPositions.DEFAULT);

        private Builder(String name, ReplicationSink<T> sink, PayloadCodec<T> codec) {
            this.name = Objects.requireNonNull(name, "name");
            this.sink = Objects.requireNonNull(sink, "sink");
            this.codec = Objects.requireNonNull(codec, "codec");
        }

        /**
         * Kafka's properties, {@code bootstrap.servers} at least; those that begin with {@code consumer.}, {@code producer.},
         * {@code admin.} or {@code streams.} go to that client alone.
         */
        public Builder<T> kafka(Map<String, ?> properties) {
            this.kafka = properties;
            return this;
        }

        /** The event topic; {@value TopicNames#EVENTS} unless set. */
        public Builder<T> topic(String topic) {
            this.topic = topic;
            return this;
        }

        /** Where records are written that cannot be decoded; the sink's name with {@code .dead} unless set. Created when missing. */
        public Builder<T> deadLetterTopic(String topic) {
            this.deadLetterTopic = topic;
            return this;
        }

        /**
         * What identifies the code of the sink and its target, such as {@code http https://billing.example/events}; without secrets, because
         * it is stored and logged. Unless set, the name of the sink's class, without what is generated for a lambda. An instance whose
         * fingerprint is not that of the sink's name is refused at start, see {@link #adopt}.
         */
        public Builder<T> fingerprint(String fingerprint) {
            this.fingerprint = Objects.requireNonNull(fingerprint, "fingerprint");
            return this;
        }

        /**
         * Whether this sink replaces another one of its name, with its history and recorded results; false unless set. Stop all instances of
         * the other one before.
         */
        public Builder<T> adopt(boolean adopt) {
            this.adopt = adopt;
            return this;
        }

        /**
         * The queues that the sink applies, such as {@code orders}, or {@code orders-*} for all that begin with {@code orders-}; all
         * unless set. Events of other queues are skipped before their payload is decoded, so several types of payload can share a
         * topic.
         *
         * <p>A skipped event is not applied later, either: where a queue is added, the sink begins with the next event that it reads
         * of it, and marks the queue diverged if it knew it before. A replay that fills gaps applies what was skipped. All instances
         * of a sink need the same queues.
         *
         * @throws IllegalArgumentException if no queue is named, or a name cannot be that of a queue
         */
        public Builder<T> queues(String... queues) {
            this.queues = QueueFilter.of(List.of(queues));
            return this;
        }

        /**
         * The kinds of events that the sink applies, of those that it {@linkplain ReplicationSink#interests() acts on}; all of these unless
         * set. Events of other kinds only take their position: they are not decoded, have no worker, and are not applied later. A replay
         * that fills gaps applies what was skipped, where the kind was added since. All instances of a sink need the same kinds.
         *
         * @throws IllegalArgumentException if no kind that sinks get is named
         */
        public Builder<T> kinds(Collection<EventKind> kinds) {
            this.kinds = Interests.of(kinds);
            return this;
        }

        /**
         * Where state is kept between starts; {@code .taskqueue/state} in the user's home unless set. Two instances of one
         * name on one machine need two directories. Below it there is a directory for each event topic, named after the topic's id, so the
         * state of another cluster, or of a topic that was deleted and created again, is not used.
         */
        public Builder<T> stateDirectory(Path directory) {
            this.stateDirectory = directory;
            return this;
        }

        /** Where the sink is measured, and where {@link #kafkaMetrics} is set, its Kafka clients; nowhere unless set. */
        public Builder<T> metrics(MeterRegistry registry) {
            this.metrics = registry;
            return this;
        }

        /**
         * How many queues are measured each by itself, the first ones that are read; 1,000 unless set. The others share the meters of the
         * name {@value SinkMeters#OTHER_QUEUES}: counters of all together, the highest lag, their parked events, and whether
         * any is diverged. Each queue has nine meters, and whatever reads them pays for each. See also {@link SinkService#queuesWithoutSeries}.
         */
        public Builder<T> queueSeries(int queues) {
            this.queueSeries = queues;
            return this;
        }

        /**
         * Whether the meters of Kafka Streams and its clients are registered too, as {@code taskqueue.kafka.…}, so that they do not
         * collide with those of other clients in the process; false unless set.
         */
        public Builder<T> kafkaMetrics(boolean register) {
            this.kafkaMetrics = register;
            return this;
        }

        /**
         * What the instance reports on its topic of instances besides how long effects took, by name, for the console; nothing unless set. Of more than
         * ten histograms the first, by name, are reported.
         *
         * @param latencies called on the thread of the reports, at most once a second or so; must not wait
         */
        public Builder<T> reportedLatencies(Supplier<Map<String, EffectLatency>> latencies) {
            this.latencies = Objects.requireNonNull(latencies, "latencies");
            return this;
        }

        /** Where the spans of applied events and their effects go; {@link Tracing#NONE} by default. */
        public Builder<T> tracing(Tracing tracing) {
            this.tracing = Objects.requireNonNull(tracing, "tracing");
            return this;
        }

        /** Events applied side by side; 64 unless set. */
        public Builder<T> concurrency(int events) {
            this.concurrency = events;
            return this;
        }

        /** Events read and not applied yet, per partition; 512 unless set. One poll, of half as many, may exceed it. */
        public Builder<T> maxInFlight(int events) {
            this.maxInFlight = events;
            return this;
        }

        /** How often an event is attempted whose effects fail transiently; {@link RetryPolicy#DEFAULT} unless set. */
        public Builder<T> retry(RetryPolicy policy) {
            this.retry = policy;
            return this;
        }

        /** When the target is considered unavailable, so that events wait in place; {@link BreakerPolicy#DEFAULT} unless set. */
        public Builder<T> breaker(BreakerPolicy policy) {
            this.breaker = Objects.requireNonNull(policy, "policy");
            return this;
        }

        /**
         * How many calls the sink makes in a second at most, all instances together: of all events, and of the events of one {@link #peerKey};
         * {@link RateLimit#NONE} unless set. An order of an operator ({@code taskqueue rate}) replaces it, also after a restart, until another
         * order restores it.
         */
        public Builder<T> rate(RateLimit limit) {
            this.rate = Objects.requireNonNull(limit, "limit");
            return this;
        }

        /** How long running applications may take to finish when the service stops or a partition is revoked; 5 s unless set. */
        public Builder<T> drainTimeout(Duration timeout) {
            this.drainTimeout = timeout;
            return this;
        }

        /**
         * How often offsets and results commit; 100 ms unless set, at least 10 ms. After a crash, the effects of about one interval
         * run again, and those that were running.
         */
        public Builder<T> commitInterval(Duration interval) {
            this.commitInterval = interval;
            return this;
        }

        /** What happens where events are missing; {@link OnGap#CONTINUE} unless set. */
        public Builder<T> onGap(OnGap onGap) {
            this.onGap = onGap;
            return this;
        }

        /**
         * Clears the mark {@code diverged}, which records that events were missing, of queues at the start; none unless set. A sink that has
         * halted before an event because events are missing continues with it: that they are is accepted.
         *
         * @param queues names such as {@code orders}, prefixes such as {@code orders-*}, or {@code *} for all queues
         * @throws IllegalArgumentException if no queue is named, or a name cannot be that of a queue
         */
        public Builder<T> clearDiverged(String... queues) {
            this.cleared = QueueFilter.of(List.of(queues));
            return this;
        }

        /** What happens to an event whose attempts are used up; {@link OnExhausted#PARK} unless set. */
        public Builder<T> onExhausted(OnExhausted onExhausted) {
            this.onExhausted = Objects.requireNonNull(onExhausted, "onExhausted");
            return this;
        }

        /** What happens to an effect that failed permanently; {@link OnPermanent#RECORD} unless set. */
        public Builder<T> onPermanent(OnPermanent onPermanent) {
            this.onPermanent = Objects.requireNonNull(onPermanent, "onPermanent");
            return this;
        }

        /** Parked events of a partition beyond which the service stops; 100,000 unless set. */
        public Builder<T> maxParked(int events) {
            this.maxParked = events;
            return this;
        }

        /**
         * The native memory of RocksDB for the local state, in bytes, beside the Java heap; 128 MiB unless set, at least 8 MiB. Sinks of one
         * process that set the same number share it. A {@code streams.rocksdb.config.setter} of your own takes its place.
         */
        public Builder<T> stateMemory(long bytes) {
            this.stateMemory = bytes;
            return this;
        }

        /**
         * How long nothing is read of a queue before it is considered gone; 7 days unless set. Its checkpoint, status and meters are then
         * removed, but not while the event topic holds a record of it, or anything of it is in flight, parked, recorded or marked diverged.
         */
        public Builder<T> queueExpiry(Duration expiry) {
            this.queueExpiry = Objects.requireNonNull(expiry, "expiry");
            return this;
        }

        /**
         * How long {@link #start()} waits for an event topic that does not exist, before it fails; 30 s unless set. A source creates
         * the topic; see also {@link #waitForTopic()} and {@link #createTopic}.
         */
        public Builder<T> topicWait(Duration wait) {
            this.topicWait = wait;
            return this;
        }

        /**
         * Starts also where the event topic does not exist or the cluster does not answer: {@link #start()} returns, the service is not
         * ready and its health names what it waits for, and it begins to work as soon as it can. Sink and source can then be started in
         * any order. Without it, {@link #start()} fails after {@link #topicWait}.
         */
        public Builder<T> waitForTopic() {
            this.waitsForTopic = true;
            return this;
        }

        /**
         * Creates the event topic where it does not exist, instead of waiting for a source to do so. A source uses it as it is.
         *
         * @param partitions how many it gets, permanently
         * @param replicationFactor how many replicas each has, or -1 for the broker's default
         */
        public Builder<T> createTopic(int partitions, int replicationFactor) {
            this.newTopicPartitions = OptionalInt.of(partitions);
            this.newTopicReplicationFactor = replicationFactor;
            return this;
        }

        /** How often the event topic's id and its log start are read, before which results are purged; 30 s unless set. */
        public Builder<T> topicCheckInterval(Duration interval) {
            this.topicCheckInterval = interval;
            return this;
        }

        /**
         * How often this instance reports itself on the topic {@code NAME-instances}, for the console, while something changes; 5 s unless
         * set, 500 ms to one minute, or zero for never. A report contains its state, what is wrong, counts and durations of effects, and no
         * payload. It delays and stops nothing: without the permission to write it, that is logged once.
         */
        public Builder<T> instanceInterval(Duration interval) {
            this.instanceInterval = Objects.requireNonNull(interval, "interval");
            return this;
        }

        /**
         * The peer that an event counts for in {@link QueueStatus.Positions#peers}: its owner peer unless set, and {@code default}
         * if it has no owner peer.
         * Called on the stream thread; where it returns null or throws anything, which is counted and logged, the event counts for
         * {@code default}.
         */
        public Builder<T> peerKey(Function<ReplicationEvent<T>, String> peerKey) {
            this.peerKey = Objects.requireNonNull(peerKey, "peerKey");
            return this;
        }

        /** The clock of instants; the system's unless set. */
        public Builder<T> clock(Clock clock) {
            this.clock = clock;
            return this;
        }

        /**
         * Starts the service: waits for the event topic and starts Kafka Streams; the first event is applied after it returns.
         *
         * <p>Blocks the caller for {@link #topicWait} and one minute at most; with {@link #waitForTopic()}, only until it is known whether
         * the topic exists. An interruption ends it: the service is closed, and the
         * thread stays interrupted.
         *
         * @throws IllegalArgumentException if a setting is invalid
         * @throws UnsupportedLibraryException if the application brings a version of a library that does not work here
         * @throws SinkStoppedException if the cluster does not answer, the topic is missing or has fewer partitions than the sink's
         *     state, the name is that of another sink, or the state directory is in use
         */
        public SinkService start() {
            SupportedLibraries.requireForStreams();
            SinkSettings<T> settings = settings();
            StreamsProperties.validate(settings); // before the cluster is asked
            SinkService service = new SinkService(settings);
            clear(service.progress);
            service.run.start();
            return service;
        }

        /**
         * The sink as a topology for a KafkaStreams of the user. Waits for the event topic on the caller's thread, and throws as
         * {@link #start()}; with {@link #waitForTopic()} until it exists, or the thread is interrupted.
         */
        public SinkTopology topology() {
            SupportedLibraries.requireForStreams();
            SinkSettings<T> settings = settings();
            StreamsProperties.validate(settings); // before the cluster is asked
            SinkProgress progress = SinkTopology.newProgress(settings);
            clear(progress);
            return SinkTopology.connect(settings, progress, waiting -> {});
        }

        private void clear(SinkProgress progress) {
            QueueFilter queues = cleared;
            if (queues != null) {
                progress.requestClear(queues);
            }
        }

        /** The class that a user wrote: a lambda's and an anonymous class has a number that changes with others. */
        private static String classOf(ReplicationSink<?> sink) {
            String name = sink.getClass().getName();
            int generated = name.indexOf("$$");
            return (generated < 0 ? name : name.substring(0, generated)).replaceAll("\\$\\d+$", "");
        }

        /** The settings, validated. */
        SinkSettings<T> settings() {
            return new SinkSettings<>(
                    name,
                    new SinkSettings.Application<>(
                            sink,
                            codec,
                            peerKey,
                            Interests.declaredBy(sink, name).and(kinds).in(queues),
                            fingerprint == null ? classOf(sink) : fingerprint,
                            adopt),
                    new SinkSettings.Topics(
                            topic,
                            deadLetterTopic == null ? TopicNames.deadLetters(name) : deadLetterTopic,
                            new SinkSettings.MissingTopic(
                                    topicWait, waitsForTopic, newTopicPartitions, newTopicReplicationFactor),
                            topicCheckInterval,
                            instanceInterval),
                    Map.copyOf(kafka),
                    stateDirectory,
                    new SinkSettings.Limits(
                            concurrency,
                            maxInFlight,
                            maxParked,
                            commitInterval,
                            drainTimeout,
                            stateMemory,
                            queueExpiry),
                    new SinkSettings.Policies(retry, breaker, rate, onGap, onExhausted, onPermanent),
                    new SinkSettings.Instruments(
                            metrics,
                            queueSeries,
                            kafkaMetrics,
                            clock,
                            Ticker.system(),
                            RANDOM,
                            latencies,
                            TaskSpans.of(tracing)));
        }
    }
}
