package io.taskqueue.streams;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.kafka.KafkaFailure;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.libraries.SupportedLibraries;
import io.taskqueue.libraries.UnsupportedLibraryException;
import io.taskqueue.queue.Ticker;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.BreakerPolicy;
import io.taskqueue.sink.OnExhausted;
import io.taskqueue.sink.OnGap;
import io.taskqueue.sink.OnPermanent;
import io.taskqueue.sink.QueueFilter;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.streams.admin.ParkedEvents;
import io.taskqueue.streams.checkpoint.PeerPositions;
import io.taskqueue.streams.settings.SinkSettings;
import io.taskqueue.streams.status.AppliedEvent;
import io.taskqueue.streams.status.QueueStatus;
import io.taskqueue.streams.status.SinkState;
import io.taskqueue.streams.status.SinkStatus;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
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

    /** How long Kafka Streams may take to close, after the drain timeout. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

    private final SinkSettings<?> settings;
    private final SinkTopology topology;
    private final KafkaStreams streams;
    private final KafkaStreamsMetrics kafkaMetrics;
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicReference<@Nullable SinkStoppedException> failure = new AtomicReference<>();
    private volatile SinkState state = SinkState.STARTING;

    private SinkService(SinkSettings<?> settings, SinkTopology topology) {
        this.settings = settings;
        this.topology = topology;
        this.streams =
                new KafkaStreams(topology.topology(), new StreamsConfig(topology.properties()), topology.clients());
        this.kafkaMetrics = new KafkaStreamsMetrics(streams);
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
        SinkStoppedException failed = failure.get();
        return topology.progress()
                .status(
                        failed == null ? state : SinkState.FAILED,
                        Optional.ofNullable(failed).map(SinkStoppedException::getMessage),
                        topology.breaker().waiting());
    }

    /** Whether the service runs, is not closing, and does not wait for its target. */
    public boolean ready() {
        return failure.get() == null
                && state == SinkState.RUNNING
                && !closing.get()
                && topology.breaker().waiting().isEmpty();
    }

    /**
     * Passes every applied event to an observer, on a thread of its own, until the returned handle is closed. A slow observer
     * misses events and delays nothing, which is logged; whatever it throws is counted and logged, and it gets the next event.
     */
    public AutoCloseable observe(Consumer<? super AppliedEvent<?>> observer) {
        return observe(
                observer,
                missed -> LOG.warn("An observer of sink {} is too slow: it missed {} events", settings.name(), missed));
    }

    /**
     * Passes every applied event to an observer, as {@link #observe(Consumer)} does, and reports how many it missed.
     *
     * @param missed called on the observer's thread, before the next event that it gets
     */
    public AutoCloseable observe(Consumer<? super AppliedEvent<?>> observer, LongConsumer missed) {
        return topology.progress().observers().add(observer, missed);
    }

    /** Clears the mark {@code diverged} of a queue, which records that events were missing; takes effect with its next event. */
    public void clearDiverged(String queueName) {
        topology.progress().queue(queueName).requestClear();
    }

    /** What an operator has to do for the topics of the sink, such as a permission that is missing; empty if nothing. */
    public Optional<String> topicNote() {
        return topology.topicNote();
    }

    /**
     * Waits until the service has stopped.
     *
     * @throws SinkStoppedException if it failed
     */
    public void awaitTermination() throws InterruptedException {
        closed.await();
        SinkStoppedException failed = failure.get();
        if (failed != null) {
            throw failed;
        }
    }

    /**
     * Stops: what runs may finish within the drain timeout, what is left is applied at the next start; the group is left, so
     * that its offsets can be moved immediately. Returns when it has stopped. Idempotent.
     */
    @Override
    public void close() {
        if (closing.compareAndSet(false, true)) {
            topology.quiesce();
            end();
        } else {
            awaitEnd();
        }
    }

    private void start() {
        streams.setStateListener((now, before) -> follow(now));
        streams.setUncaughtExceptionHandler(this::failed);
        kafkaMetrics.bindTo(settings.instruments().meters());
        try {
            streams.start();
        } catch (RuntimeException e) {
            close();
            throw notStarted(settings, e);
        }
    }

    private void follow(KafkaStreams.State now) {
        if (now == KafkaStreams.State.RUNNING) {
            state = SinkState.RUNNING;
        } else if (now == KafkaStreams.State.REBALANCING && state != SinkState.STARTING) {
            state = SinkState.REBALANCING;
        }
    }

    /** Called on the stream thread, which ends after it. */
    private StreamThreadExceptionResponse failed(Throwable thrown) {
        SinkStoppedException reason = reason(thrown);
        if (failure.compareAndSet(null, reason)) {
            LOG.error("{}", reason.getMessage(), thrown);
        }
        if (closing.compareAndSet(false, true)) {
            // leaving the group must be requested before the thread ends
            leaveAndClose(Duration.ZERO);
            new Thread(this::end, settings.name() + "-end").start();
        }
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }

    /** Why the stream thread ended: the sink's own failure, or one that was not expected. */
    private SinkStoppedException reason(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof SinkStoppedException known) {
                return known;
            }
        }
        return new SinkStoppedException(
                "Sink " + settings.name() + " stopped because Kafka Streams failed: " + thrown
                        + ". What was not committed is applied again at the next start. Find the cause in the log, fix it, "
                        + "and start the sink again.",
                thrown);
    }

    private static SinkStoppedException notStarted(SinkSettings<?> settings, RuntimeException cause) {
        // the text of Kafka Streams for a directory that is locked; it has no exception of its own for it
        if (String.valueOf(cause.getMessage()).contains("multiple instances of Kafka Streams")) {
            return new SinkStoppedException(
                    "Sink " + settings.name() + " did not start: another process uses its state in "
                            + settings.stateDirectory()
                            + ". Each instance on one machine needs its own: pass --state-dir (in code, "
                            + "stateDirectory).",
                    cause);
        }
        KafkaFailure reason = KafkaFailure.of(cause, settings.kafka());
        String remedy = reason.kind() == KafkaFailure.Kind.OTHER
                ? "Its state is in " + settings.stateDirectory()
                        + ": check that it can be written to, or choose another directory."
                : reason.remedy();
        return new SinkStoppedException(
                "Sink " + settings.name() + " did not start: " + reason.found() + ". " + remedy, cause);
    }

    private void end() {
        try {
            if (!leaveAndClose(settings.limits().drainTimeout().plus(CLOSE_TIMEOUT))) {
                LOG.warn(
                        "Sink {} did not stop within {} s; what was not committed is applied again at the next start",
                        settings.name(),
                        settings.limits().drainTimeout().plus(CLOSE_TIMEOUT).toSeconds());
            }
            topology.close();
            kafkaMetrics.close();
        } finally {
            state = SinkState.STOPPED;
            closed.countDown();
        }
    }

    /** Returns whether Kafka Streams ended within the timeout. */
    @SuppressWarnings("deprecation") // the options that replace these came with Kafka Streams 4.2
    private boolean leaveAndClose(Duration timeout) {
        return streams.close(new KafkaStreams.CloseOptions().timeout(timeout).leaveGroup(true));
    }

    private void awaitEnd() {
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
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
        private int concurrency = 64;
        private int maxInFlight = 512;
        private RetryPolicy retry = RetryPolicy.DEFAULT;
        private BreakerPolicy breaker = BreakerPolicy.DEFAULT;
        private Duration drainTimeout = Duration.ofSeconds(5);
        private Duration commitInterval = Duration.ofMillis(100);
        private Duration topicWait = Duration.ofSeconds(30);
        private Duration topicCheckInterval = Duration.ofSeconds(30);
        private OnGap onGap = OnGap.CONTINUE;
        private OnExhausted onExhausted = OnExhausted.PARK;
        private OnPermanent onPermanent = OnPermanent.RECORD;
        private int maxParked = 100_000;
        private long stateMemory = 128L * 1024 * 1024;
        private Duration queueExpiry = Duration.ofDays(7);
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
         * @throws IllegalArgumentException if there is none, or one cannot be the name of a queue
         */
        public Builder<T> queues(String... queues) {
            this.queues = QueueFilter.of(List.of(queues));
            return this;
        }

        /**
         * Where state is kept between starts; {@code .taskqueue/state} in the user's home unless set. Two instances of one
         * name on one machine need two directories.
         */
        public Builder<T> stateDirectory(Path directory) {
            this.stateDirectory = directory;
            return this;
        }

        /** Where the sink and its Kafka clients are measured; nowhere unless set. */
        public Builder<T> metrics(MeterRegistry registry) {
            this.metrics = registry;
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

        /** How long the service waits for a missing event topic when it starts; 30 s unless set. */
        public Builder<T> topicWait(Duration wait) {
            this.topicWait = wait;
            return this;
        }

        /** How often the event topic's id and its log start are read, before which results are purged; 30 s unless set. */
        public Builder<T> topicCheckInterval(Duration interval) {
            this.topicCheckInterval = interval;
            return this;
        }

        /**
         * The peer that an event counts for in {@link QueueStatus.Positions#peers}: its owner peer unless set, and {@code default}
         * where there is none.
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
         * @throws IllegalArgumentException if a setting is invalid
         * @throws UnsupportedLibraryException if the application brings a version of a library that does not work here
         * @throws SinkStoppedException if the cluster does not answer, the topic is missing or has fewer partitions than the sink's
         *     state, the name is that of another sink, or the state directory is in use
         */
        public SinkService start() {
            SupportedLibraries.requireForStreams();
            SinkSettings<T> settings = settings();
            SinkTopology topology = SinkTopology.connect(settings);
            SinkService service;
            try {
                service = new SinkService(settings, topology);
            } catch (StreamsException e) {
                topology.close();
                throw notStarted(settings, e);
            } catch (RuntimeException e) {
                topology.close();
                throw e;
            }
            service.start();
            return service;
        }

        /** The sink as a topology for a KafkaStreams of the user. Throws as {@link #start()}. */
        public SinkTopology topology() {
            SupportedLibraries.requireForStreams();
            return SinkTopology.connect(settings());
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
                            sink, codec, peerKey, queues, fingerprint == null ? classOf(sink) : fingerprint, adopt),
                    new SinkSettings.Topics(
                            topic,
                            deadLetterTopic == null ? TopicNames.deadLetters(name) : deadLetterTopic,
                            topicWait,
                            topicCheckInterval),
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
                    new SinkSettings.Policies(retry, breaker, onGap, onExhausted, onPermanent),
                    new SinkSettings.Instruments(metrics, clock, Ticker.system(), RANDOM));
        }
    }
}
