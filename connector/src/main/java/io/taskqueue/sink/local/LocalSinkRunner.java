package io.taskqueue.sink.local;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.metrics.SinkMeters;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.EffectMode;
import io.taskqueue.sink.OnPermanent;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.sink.SinkFailedException;
import io.taskqueue.sink.effect.ApplyOutcome;
import io.taskqueue.sink.effect.EffectRules;
import io.taskqueue.sink.effect.RecordedEffects;
import io.taskqueue.sink.effect.RecordedEffects.Counts;
import io.taskqueue.sink.store.CheckpointStore;
import io.taskqueue.sink.store.EffectStore;
import io.taskqueue.sink.store.MemoryCheckpointStore;
import io.taskqueue.sink.store.MemoryEffectStore;
import io.taskqueue.sink.store.SinkCheckpoint;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a sink over any events, in this process: the subscription of a source, a list, whatever can be iterated.
 *
 * <p>Events are applied one at a time, in the order in which they come, on the thread that calls {@link #run}; another thread
 * reads up to a buffer ahead. Each event advances the checkpoint of its queue, so a later run over the same stores drops what
 * this one has applied, and effects are recorded, so that nothing runs again which was.
 *
 * <p>What a peer has had is decided by its own position alone. The peer is the event's owner, or {@value #DEFAULT_PEER} where
 * it has none, unless {@link Builder#peerKey} says otherwise. Events of a lower epoch behind the SourceStarted of a higher one
 * are dropped as fenced. SourceStarted itself is not passed to the sink.
 *
 * <p>A failure for now is tried again by the {@link RetryPolicy}; {@link ApplyOutcome} says what counts as one. Nothing is
 * parked here: an event that would be ends the run.
 *
 * <p>A replay: run with an empty {@link CheckpointStore}, the same {@link EffectStore} and {@link EffectMode#RECORDED_ONLY}.
 * It advances the checkpoints it was given past events whose effects are missing, so never give it those of the live sink.
 *
 * <p>Immutable and thread-safe: several runs at once are several runners over the same stores.
 *
 * @param <T> the payload's type
 */
public final class LocalSinkRunner<T> {

    /** The peer of events that no peer owns. */
    public static final String DEFAULT_PEER = "default";

    private static final Logger LOG = LoggerFactory.getLogger(LocalSinkRunner.class);

    private final Builder<T> settings;
    private final SinkMeters meters;
    private final Retries retries;
    private final Map<String, SinkGauges> gauges = new ConcurrentHashMap<>();

    private LocalSinkRunner(Builder<T> settings) {
        this.settings = settings;
        this.meters = new SinkMeters(settings.registry, settings.name);
        this.retries = new Retries(settings.name, settings.retry, settings.pause, RandomGenerator.getDefault());
    }

    /**
     * Starts a runner.
     *
     * @param name the sink's name: a part of every effect key and of the checkpoint's key, so never change it
     */
    public static <T> Builder<T> builder(String name, ReplicationSink<T> sink) {
        return new Builder<>(name, sink);
    }

    /**
     * Applies events until there are no more. The events are read up to the buffer ahead of what is applied; on a failure
     * those are lost to this run, so offer them again to the next one.
     *
     * @return what was done
     * @throws SinkFailedException if an event cannot be applied; the checkpoint stays before it
     * @throws InterruptedException if the thread is interrupted; the event in work was not recorded as applied
     * @throws RuntimeException what reading the events failed with, after all read before was applied
     */
    public RunReceipt run(Iterable<ReplicationEvent<T>> events) throws InterruptedException {
        RunTally tally = new RunTally(meters);
        Map<String, QueueProgress> queues = new HashMap<>();
        try (EventReader<T> reader = new EventReader<>(
                settings.name, events, settings.buffer, event -> gauges(event).ifPresent(g -> g.read(event)))) {
            for (Optional<ReplicationEvent<T>> next = reader.take(); next.isPresent(); next = reader.take()) {
                ReplicationEvent<T> event = next.get();
                accept(event, progress(queues, event), tally);
                gauges(event).ifPresent(lag -> lag.done(event));
            }
        }
        RunReceipt receipt = tally.receipt();
        LOG.info("Sink {} ran: {}", settings.name, receipt);
        return receipt;
    }

    private void accept(ReplicationEvent<T> event, QueueProgress progress, RunTally tally) throws InterruptedException {
        if (event.kind() == EventKind.SOURCE_STARTED) {
            progress.sourceStarted(event.position().epoch());
            return;
        }
        String peer = peer(event);
        switch (progress.classify(peer, event.position())) {
            case DUPLICATE -> tally.duplicate(event);
            case FENCED -> tally.fenced(event);
            case NEXT -> {
                Counts last = retries.call(event, () -> applyOnce(event, tally));
                retries.call(event, () -> {
                    progress.advance(peer, event.position());
                    return peer;
                });
                tally.applied(event, last);
                gauges(event).ifPresent(lag -> lag.applied(event));
            }
        }
    }

    private Counts applyOnce(ReplicationEvent<T> event, RunTally tally) throws Retries.Failure, InterruptedException {
        RecordedEffects effects =
                new RecordedEffects(settings.name, 0, event, settings.effects, settings.mode, settings.rules());
        ApplyOutcome outcome = ApplyOutcome.of(settings.sink, event, effects);
        tally.tried(effects.counts());
        if (outcome instanceof ApplyOutcome.Applied applied) {
            if (applied.counts().failed() > 0) {
                LOG.warn("Sink {}: {} counts as applied, but an effect of it failed for good.", settings.name, event);
            }
            return applied.counts();
        }
        if (outcome instanceof ApplyOutcome.Stopped stopped) {
            throw SinkFailedException.misused(settings.name, event, stopped.cause());
        }
        if (outcome instanceof ApplyOutcome.Parked parked) {
            throw SinkFailedException.parked(settings.name, event, parked.cause());
        }
        if (outcome instanceof ApplyOutcome.Transient failure) {
            throw new Retries.Failure(failure.cause());
        }
        Thread.interrupted(); // what is thrown now says it
        throw new InterruptedException(
                "Sink " + settings.name + " was interrupted at " + event + ". The checkpoint stays before it.");
    }

    private QueueProgress progress(Map<String, QueueProgress> queues, ReplicationEvent<T> event)
            throws InterruptedException {
        QueueProgress known = queues.get(event.queueName());
        if (known != null) {
            return known;
        }
        QueueProgress loaded =
                retries.call(event, () -> new QueueProgress(settings.checkpoints, settings.name, event.queueName()));
        queues.put(event.queueName(), loaded);
        return loaded;
    }

    private String peer(ReplicationEvent<T> event) {
        String peer = settings.peerKey.apply(event);
        if (peer == null) {
            throw new IllegalStateException("The peerKey function of sink " + settings.name + " returned null for "
                    + event + ". Return a name for every event, such as LocalSinkRunner.DEFAULT_PEER.");
        }
        return SinkCheckpoint.requirePeer(peer);
    }

    /** Lag is of no meaning in a replay. */
    private Optional<SinkGauges> gauges(ReplicationEvent<T> event) {
        return settings.mode == EffectMode.RECORDED_ONLY
                ? Optional.empty()
                : Optional.of(gauges.computeIfAbsent(
                        event.queueName(), queue -> new SinkGauges(settings.clock, meters, queue)));
    }

    /** Collects the settings of a runner. Not thread-safe. */
    public static final class Builder<T> {

        private final String name;
        private final ReplicationSink<T> sink;
        private CheckpointStore checkpoints = new MemoryCheckpointStore();
        private EffectStore effects = new MemoryEffectStore();
        private int buffer = 1_024;
        private Function<ReplicationEvent<T>, String> peerKey =
                event -> event.ownerPeerId().orElse(DEFAULT_PEER);
        private RetryPolicy retry = RetryPolicy.DEFAULT;
        private MeterRegistry registry = new CompositeMeterRegistry();
        private EffectMode mode = EffectMode.RUN;
        private OnPermanent onPermanent = OnPermanent.RECORD;
        private Clock clock = Clock.systemUTC();
        private Retries.Pause pause = Retries.Pause.REAL;

        private Builder(String name, ReplicationSink<T> sink) {
            this.name = name;
            this.sink = Objects.requireNonNull(sink, "sink");
            EffectKey.requireNames(name, "any");
        }

        private Builder(Builder<T> from) {
            this(from.name, from.sink);
            this.checkpoints = from.checkpoints;
            this.effects = from.effects;
            this.buffer = from.buffer;
            this.peerKey = from.peerKey;
            this.retry = from.retry;
            this.registry = from.registry;
            this.mode = from.mode;
            this.onPermanent = from.onPermanent;
            this.clock = from.clock;
            this.pause = from.pause;
        }

        /** Where the runner keeps how far it has come; by default in memory. */
        public Builder<T> checkpoints(CheckpointStore checkpoints) {
            this.checkpoints = Objects.requireNonNull(checkpoints, "checkpoints");
            return this;
        }

        /** Where results are recorded; by default in memory. */
        public Builder<T> effects(EffectStore effects) {
            this.effects = Objects.requireNonNull(effects, "effects");
            return this;
        }

        /**
         * How many events are read ahead of the one being applied; 1,024 by default.
         *
         * @throws IllegalArgumentException if it is below 1
         */
        public Builder<T> buffer(int events) {
            if (events < 1) {
                throw new IllegalArgumentException(
                        "The buffer of sink " + name + " needs room for at least 1 event, but " + events
                                + " was given. Leave it at 1,024 if unsure.");
            }
            this.buffer = events;
            return this;
        }

        /** Whose position an event advances, instead of its owner's. Given the same event, the same peer; a name of 1 to 1,024 bytes. */
        public Builder<T> peerKey(Function<ReplicationEvent<T>, String> peerKey) {
            this.peerKey = Objects.requireNonNull(peerKey, "peerKey");
            return this;
        }

        /** How often, and after what waits, an event is tried again; {@link RetryPolicy#DEFAULT} by default. */
        public Builder<T> retry(RetryPolicy retry) {
            this.retry = Objects.requireNonNull(retry, "retry");
            return this;
        }

        /** Where the meters of {@link SinkMeters} go; by default nowhere. */
        public Builder<T> metrics(MeterRegistry registry) {
            this.registry = Objects.requireNonNull(registry, "registry");
            return this;
        }

        /** Whether effects without a record run; {@link EffectMode#RUN} by default. */
        public Builder<T> mode(EffectMode mode) {
            this.mode = Objects.requireNonNull(mode, "mode");
            return this;
        }

        /** What becomes of an effect that failed permanently; {@link OnPermanent#RECORD} by default. Where it parks, the run ends. */
        public Builder<T> onPermanent(OnPermanent onPermanent) {
            this.onPermanent = Objects.requireNonNull(onPermanent, "onPermanent");
            return this;
        }

        private EffectRules rules() {
            return new EffectRules(retry::isPermanent, onPermanent);
        }

        /** What the lag is measured with; the system's clock by default. */
        public Builder<T> clock(Clock clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /** How waits between tries pass. */
        Builder<T> pause(Retries.Pause pause) {
            this.pause = Objects.requireNonNull(pause, "pause");
            return this;
        }

        /** The runner. Later changes to this builder do not reach it. */
        public LocalSinkRunner<T> build() {
            return new LocalSinkRunner<>(new Builder<>(this));
        }
    }
}
