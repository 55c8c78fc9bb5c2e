package io.taskqueue.sink.local;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.libraries.SupportedLibraries;
import io.taskqueue.libraries.UnsupportedLibraryException;
import io.taskqueue.metrics.SinkMeters;
import io.taskqueue.sink.EffectMode;
import io.taskqueue.sink.Interests;
import io.taskqueue.sink.OnPermanent;
import io.taskqueue.sink.QueueFilter;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.sink.SinkFailedException;
import io.taskqueue.sink.store.CheckpointStore;
import io.taskqueue.sink.store.EffectStore;
import io.taskqueue.sink.store.MemoryCheckpointStore;
import io.taskqueue.sink.store.MemoryEffectStore;
import io.taskqueue.tracing.TaskSpans;
import io.taskqueue.tracing.Tracing;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Runs a sink over any events, in this process: the subscription of a source, a list, or anything else that can be iterated.
 *
 * <p>Events are applied one at a time, in their order, on the thread that calls {@link #run}; another thread reads ahead, up to
 * the buffer, if there is one. Each event advances the checkpoint of its queue, so a later run over the same stores drops the events that this
 * one applied, and results of effects are recorded, so no recorded effect runs again.
 *
 * <p>Whether an event was applied is decided by the position of its peer alone. The peer is the event's owner, or
 * {@value #DEFAULT_PEER} if it has none, unless {@link Builder#peerKey} defines another. Events of a lower epoch that come after
 * the SourceStarted of a higher one are dropped as fenced. SourceStarted itself is not passed to the sink, nor is Snapshot.
 *
 * <p>Transient failures are retried by the {@link RetryPolicy}. Nothing is parked: an event that would be parked ends the run.
 *
 * <p>For a replay, run with an empty {@link CheckpointStore}, the same {@link EffectStore} and
 * {@link EffectMode#RECORDED_ONLY}. A replay advances its checkpoints past events whose effects are missing, so never use the
 * checkpoints of the live sink for it.
 *
 * <p>Immutable and thread-safe: concurrent runs are like several runners over the same stores.
 *
 * @param <T> the payload's type
 */
public final class LocalSinkRunner<T> {

    /** The peer of events without an owner. */
    public static final String DEFAULT_PEER = "default";

    private final LocalSinkSettings<T> settings;
    private final SinkMeters meters;
    private final Map<String, LagGauges> gauges = new ConcurrentHashMap<>();

    private LocalSinkRunner(LocalSinkSettings<T> settings) {
        this.settings = settings;
        this.meters = new SinkMeters(settings.environment().registry(), settings.name());
    }

    /**
     * A builder of a runner.
     *
     * @param name the sink's name: part of every effect key and of the checkpoint's key, so it must never change
     */
    public static <T> Builder<T> builder(String name, ReplicationSink<T> sink) {
        return new Builder<>(name, sink);
    }

    /**
     * A builder of a runner that puts events into a queue, waiting while it is full. Built and run in one line:
     *
     * <pre>{@code
     *   LocalSinkRunner.pump("audit", queue).peers("shop-1").build().run(source.events());
     * }</pre>
     *
     * <p>An event counts as applied once it is in the queue, and its peer's position advances then; so give durable checkpoints only to
     * a pump whose queue is durable, too.
     *
     * @param name the name of the pump, under which its checkpoints are kept
     */
    public static <T> Builder<T> pump(String name, BlockingQueue<? super ReplicationEvent<T>> queue) {
        Objects.requireNonNull(queue, "queue");
        return builder(name, (event, effects) -> queue.put(event));
    }

    /** A builder of a runner that puts events into a channel, as {@link #pump(String, BlockingQueue)} does. It does not close the channel. */
    public static <T> Builder<T> pump(String name, EventChannel<T> channel) {
        Objects.requireNonNull(channel, "channel");
        return builder(name, (event, effects) -> channel.put(event));
    }

    /**
     * A builder of a runner that passes events to a consumer, which may block. If it throws, the event is passed to it again, by the
     * {@link RetryPolicy}; an event counts as applied, and its peer's position advances, when the consumer has returned.
     *
     * @param name the name of the pump, under which its checkpoints are kept
     */
    public static <T> Builder<T> pump(String name, Consumer<? super ReplicationEvent<T>> consumer) {
        Objects.requireNonNull(consumer, "consumer");
        return builder(name, (event, effects) -> consumer.accept(event));
    }

    /**
     * Applies events until there are no more. Events that were read ahead of a failing event are lost to this run; pass them to
     * the next run again.
     *
     * @return the numbers of this run
     * @throws SinkFailedException if an event cannot be applied; the checkpoint stays before it
     * @throws InterruptedException if the thread is interrupted; the current event is not recorded as applied
     * @throws IllegalStateException if the peerKey function fails on an event, or returns null or too many names
     * @throws IllegalArgumentException if it returns an invalid name
     * @throws RuntimeException the failure of reading the events, after all events read before were applied
     */
    public RunReceipt run(Iterable<ReplicationEvent<T>> events) throws InterruptedException {
        return new LocalSinkRun<>(settings, meters, gauges).apply(events);
    }

    /** Collects the settings of a runner; {@link #build} validates them. Not thread-safe. */
    public static final class Builder<T> {

        private final String name;
        private final ReplicationSink<T> sink;
        private CheckpointStore checkpoints = new MemoryCheckpointStore();
        private EffectStore effects = new MemoryEffectStore();
        private Interests kinds = Interests.ALL;
        private QueueFilter queues = QueueFilter.ALL;
        private int buffer = 1_024;
        private Function<ReplicationEvent<T>, String> peerKey =
                event -> event.ownerPeerId().orElse(DEFAULT_PEER);
        private Set<String> peers = Set.of();
        private RetryPolicy retry = RetryPolicy.DEFAULT;
        private MeterRegistry registry = new CompositeMeterRegistry();
        private EffectMode mode = EffectMode.RUN;
        private OnPermanent onPermanent = OnPermanent.RECORD;
        private Clock clock = Clock.systemUTC();
        private Tracing tracing = Tracing.NONE;
        private RetryPause pause = RetryPause.REAL;
        private Supplier<RandomGenerator> random = RandomGenerator::getDefault;

        private Builder(String name, ReplicationSink<T> sink) {
            this.name = name;
            this.sink = Objects.requireNonNull(sink, "sink");
        }

        /** Where the runner keeps its progress; in memory, of at most 10,000 queues, by default. */
        public Builder<T> checkpoints(CheckpointStore checkpoints) {
            this.checkpoints = Objects.requireNonNull(checkpoints, "checkpoints");
            return this;
        }

        /** Where results are recorded; in memory, the newest 100,000, by default. */
        public Builder<T> effects(EffectStore effects) {
            this.effects = Objects.requireNonNull(effects, "effects");
            return this;
        }

        /**
         * The number of events that are read ahead of the one being applied, by a thread of its own; 1,024 by default. With 0, none is
         * read ahead, and the thread that applies events reads them.
         */
        public Builder<T> buffer(int events) {
            this.buffer = events;
            return this;
        }

        /**
         * The queues that the sink applies, such as {@code orders}, or {@code orders-*} for all that begin with {@code orders-}; all
         * by default. Events of other queues are skipped: not counted, and without a checkpoint.
         *
         * @throws IllegalArgumentException if no queue is named, or a name cannot be that of a queue
         */
        public Builder<T> queues(String... queues) {
            this.queues = QueueFilter.of(List.of(queues));
            return this;
        }

        /**
         * The kinds of events that the sink applies, of those that it {@linkplain ReplicationSink#interests() acts on}; all of these by
         * default. Other events are skipped: not counted, and without a checkpoint.
         *
         * @throws IllegalArgumentException if no kind that sinks get is named
         */
        public Builder<T> kinds(Collection<EventKind> kinds) {
            this.kinds = Interests.of(kinds);
            return this;
        }

        /**
         * The peer whose position an event advances; the event's owner by default. The function must return the same peer for
         * the same event: a name of 1 to 1,024 bytes of UTF-8, of at most 1,000 peers in one queue. It is called on the thread
         * that applies events. If it throws or returns anything else, the run ends before the event with an exception that states
         * this.
         */
        public Builder<T> peerKey(Function<ReplicationEvent<T>, String> peerKey) {
            this.peerKey = Objects.requireNonNull(peerKey, "peerKey");
            return this;
        }

        /**
         * The peers whose events the runner applies; all by default. Events of other peers are skipped: not counted, and without a
         * checkpoint. With a runner for each of several peers, one that is slow or fails does not hold back the others.
         *
         * @throws IllegalArgumentException if no peer is named
         */
        public Builder<T> peers(String... peers) {
            if (peers.length == 0) {
                throw new IllegalArgumentException(
                        "peers() was called without a peer. Name at least one, or omit the call for all peers.");
            }
            this.peers = Set.of(peers);
            return this;
        }

        /** How often and after which waits an event is retried; {@link RetryPolicy#DEFAULT} by default. */
        public Builder<T> retry(RetryPolicy retry) {
            this.retry = Objects.requireNonNull(retry, "retry");
            return this;
        }

        /** The registry for the meters of {@link SinkMeters}; none by default. */
        public Builder<T> metrics(MeterRegistry registry) {
            this.registry = Objects.requireNonNull(registry, "registry");
            return this;
        }

        /** Whether effects without a recorded result run; {@link EffectMode#RUN} by default. */
        public Builder<T> mode(EffectMode mode) {
            this.mode = Objects.requireNonNull(mode, "mode");
            return this;
        }

        /**
         * What happens to an effect that failed permanently; {@link OnPermanent#RECORD} by default. With
         * {@link OnPermanent#PARK} the run ends.
         */
        public Builder<T> onPermanent(OnPermanent onPermanent) {
            this.onPermanent = Objects.requireNonNull(onPermanent, "onPermanent");
            return this;
        }

        /** The clock that the lag is measured with; the system clock by default. */
        public Builder<T> clock(Clock clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /** Where the spans of applied events and their effects go; {@link Tracing#NONE} by default. */
        public Builder<T> tracing(Tracing tracing) {
            this.tracing = Objects.requireNonNull(tracing, "tracing");
            return this;
        }

        /** How the runner waits between two attempts at an event; {@link RetryPause#REAL} by default. For tests that do not wait. */
        public Builder<T> pause(RetryPause pause) {
            this.pause = Objects.requireNonNull(pause, "pause");
            return this;
        }

        /** Where the random part of waits comes from: a new generator for each run. */
        Builder<T> random(Supplier<RandomGenerator> random) {
            this.random = Objects.requireNonNull(random, "random");
            return this;
        }

        /**
         * Builds the runner. Later changes to this builder do not affect it.
         *
         * @throws IllegalArgumentException if the name is empty or cannot be encoded as UTF-8, the buffer is below 0, or the sink acts
         *     on none of the kinds
         * @throws UnsupportedLibraryException if the application brings a version of a library that does not work here
         */
        public LocalSinkRunner<T> build() {
            SupportedLibraries.requireForConnector();
            return new LocalSinkRunner<>(new LocalSinkSettings<>(
                    name,
                    sink,
                    new LocalSinkSettings.Peers<>(peerKey, peers),
                    Interests.declaredBy(sink, name).and(kinds).in(queues),
                    buffer,
                    new LocalSinkSettings.Stores(checkpoints, effects),
                    new LocalSinkSettings.EffectSettings(mode, retry, onPermanent),
                    new LocalSinkSettings.Environment(registry, clock, pause, random, TaskSpans.of(tracing))));
        }
    }
}
