package io.taskqueue.streams.status;

import io.micrometer.core.instrument.Counter;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.metrics.SinkMeters;
import io.taskqueue.queue.CallbackFailures;
import io.taskqueue.sink.QueueFilter;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.streams.checkpoint.LogChange;
import io.taskqueue.streams.checkpoint.PeerPositions;
import io.taskqueue.streams.replay.ReplayReceipt;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/** How far a sink has come with all its queues: written by the stream thread, read by any thread. Thread-safe. */
public final class SinkProgress implements AutoCloseable {

    /** How many requests wait for partitions; each partition that is assigned follows one at its next record. */
    private static final int KEPT_CLEARS = 1_000;

    /** How many queues, or changes of the log, a note names. */
    private static final int SHOWN_QUEUES = 5;

    private final Map<String, QueueProgress> queues = new ConcurrentHashMap<>();
    private final QueueSeries series;
    private final Map<Integer, ReplayReceipt> replays = new ConcurrentSkipListMap<>();
    private final Map<Integer, List<LogChange>> logChanges = new ConcurrentSkipListMap<>();
    private volatile List<Clear> clears = List.of();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final LatencyHistogram latency = new LatencyHistogram();
    private final String sink;
    private final SinkMeters meters;
    private final Clock clock;
    private final Observers observers;
    private final CallbackFailures peerKeyFailures;
    private final Count run;
    private final Count reused;
    private final Count failed;
    private final Count missing;
    private final Count parked;
    private final Count ambiguous;
    private final Count undecodable;

    /**
     * A request of an operator to clear the mark {@code diverged}, and with all queues also what is shown of the log.
     *
     * @param number counts the requests from 1
     * @param at when; what is found later stays
     */
    public record Clear(long number, QueueFilter queues, Instant at) {}

    /** A count since the start, and its meter. */
    private record Count(AtomicLong sinceStart, Counter meter) {

        private Count(Counter meter) {
            this(new AtomicLong(), meter);
        }

        private void add(int more) {
            if (more > 0) {
                sinceStart.addAndGet(more);
                meter.increment(more);
            }
        }

        private long get() {
            return sinceStart.get();
        }
    }

    /** @param queueSeries how many queues are measured each by itself, at most */
    public SinkProgress(String sink, SinkMeters meters, Clock clock, int queueSeries) {
        this.sink = sink;
        this.meters = meters;
        this.clock = clock;
        this.observers = new Observers(sink, () -> meters.callbackFailures(SinkMeters.Callback.OBSERVER)
                .increment());
        this.peerKeyFailures = new CallbackFailures(
                "The peerKey function of sink " + sink,
                "the event counts for " + PeerPositions.DEFAULT + " in the positions of peers. Correct the function");
        this.series = new QueueSeries(sink, meters, queueSeries);
        this.run = new Count(meters.effects(SinkMeters.Result.RUN));
        this.reused = new Count(meters.effects(SinkMeters.Result.REUSED));
        this.failed = new Count(meters.effects(SinkMeters.Result.FAILED));
        this.missing = new Count(meters.effects(SinkMeters.Result.MISSING));
        this.parked = new Count(meters.effects(SinkMeters.Result.PARKED));
        this.ambiguous = new Count(meters.ambiguous());
        this.undecodable = new Count(meters.undecodable());
        meters.inflight(inFlight, AtomicInteger::get);
    }

    /** The meters of the sink. */
    public SinkMeters meters() {
        return meters;
    }

    /** The observers of applied events. */
    public Observers observers() {
        return observers;
    }

    public QueueProgress queue(String name) {
        return queues.computeIfAbsent(
                name, queue -> series.measured(new QueueProgress(queue, series.of(queue), meters, clock), queue));
    }

    /** The queues that share the series of {@link SinkMeters#OTHER_QUEUES}. */
    public Set<String> queuesWithoutSeries() {
        return series.others();
    }

    /** A queue is gone: removes its status and its meters. */
    public void forget(String queue) {
        if (queues.remove(queue) != null) {
            series.forget(queue);
        }
    }

    /** Forgets the queues whose partition was assigned to another instance before a time. */
    public void forgetReleased(Instant before) {
        queues.forEach((name, queue) -> {
            if (queue.releasedBefore(before)) {
                forget(name);
            }
        });
    }

    /** An effect has its result. */
    public void recorded(EffectResult result) {
        (result instanceof EffectResult.Done ? run : failed).add(1);
    }

    /** An event is applied, in a replay or not. */
    public void applied(ReplicationEvent<?> event, boolean replayed, AppliedEffects effects) {
        reused.add(effects.reused());
        missing.add(effects.missing());
        ambiguous.add(effects.ambiguous());
        queue(event.queueName()).applied(event, replayed);
    }

    /** What happened to the effects of an applied event. */
    public record AppliedEffects(int reused, int missing, int ambiguous) {}

    /** An event was parked, or skipped because it is parked or discarded. */
    public void parked(int effectsAmbiguous) {
        parked.add(1);
        ambiguous.add(effectsAmbiguous);
    }

    /** The user's function for the peer of an event failed. */
    public void peerKeyFailed(ReplicationEvent<?> event, Throwable failure) {
        meters.callbackFailures(SinkMeters.Callback.PEER_KEY).increment();
        peerKeyFailures.add(event, failure);
    }

    /** A record could not be decoded. */
    public void undecodable() {
        undecodable.add(1);
    }

    /** Changes the number of events in flight. */
    public void addInFlight(int change) {
        inFlight.addAndGet(change);
    }

    /** How many events are in flight. */
    public int inFlight() {
        return inFlight.get();
    }

    /** How long actions of effects take. */
    public LatencyHistogram latency() {
        return latency;
    }

    /** What happened to effects since the service started. */
    public EffectCounts effects() {
        return new EffectCounts(run.get(), reused.get(), failed.get(), missing.get(), parked.get(), ambiguous.get());
    }

    /** The receipt of the latest replay of a partition; empty where there is none here any more. */
    public void replay(int partition, Optional<ReplayReceipt> receipt) {
        receipt.ifPresentOrElse(latest -> replays.put(partition, latest), () -> replays.remove(partition));
    }

    /** What happened to the log of a partition, and was not cleared. */
    public void logChanges(int partition, Collection<LogChange> found) {
        if (found.isEmpty()) {
            logChanges.remove(partition);
        } else {
            logChanges.put(partition, List.copyOf(found));
        }
    }

    /** Something happened to the log of a partition. */
    public void logChanged(LogChange.Kind kind) {
        meters.logChanges(SinkMeters.Change.valueOf(kind.name())).increment();
    }

    /** Which queues are marked diverged, and what is to be done, as text for operators; empty if none is. */
    public Optional<String> divergedNote() {
        List<QueueStatus> diverged = queues.values().stream()
                .filter(queue -> queue.diverged() > 0)
                .flatMap(queue -> queue.status().stream())
                .filter(QueueStatus::diverged)
                .sorted(Comparator.comparing(QueueStatus::queueName))
                .toList();
        if (diverged.isEmpty()) {
            return Optional.empty();
        }
        String shown = diverged.stream()
                .limit(SHOWN_QUEUES)
                .map(queue -> "of queue " + queue.queueName() + " "
                        + Objects.requireNonNull(queue.divergence()).text())
                .collect(Collectors.joining("; "));
        int more = diverged.size() - SHOWN_QUEUES;
        return Optional.of(
                "events are missing: " + shown + (more > 0 ? "; and of " + more + " more queues" : "")
                        + ". Compare the targets with the source, then clear the mark with --clear-diverged (in code, clearDiverged)");
    }

    /** What happened to the event topic, and what is to be done, as text for operators; empty if there is nothing to be done. */
    public Optional<String> logNote() {
        List<LogChange> found = logChanges.values().stream()
                .flatMap(List::stream)
                .filter(change -> change.kind().needsOperator())
                .toList();
        if (found.isEmpty()) {
            return Optional.empty();
        }
        String shown = found.stream()
                .limit(SHOWN_QUEUES)
                .map(change -> change.text() + ", found at " + change.at())
                .collect(Collectors.joining("; "));
        int more = found.size() - SHOWN_QUEUES;
        return Optional.of(
                "the event topic has changed: " + shown + (more > 0 ? "; and " + more + " changes more" : "")
                        + ". The log of the sink says what to do; --clear-diverged='*' (in code, clearDiverged(\"*\")) removes this note");
    }

    /** Asks for queues to be cleared of the mark {@code diverged}, and with all of them what is shown of the log. */
    public synchronized void requestClear(QueueFilter queues) {
        List<Clear> before = clears;
        long number = before.isEmpty() ? 1 : before.get(before.size() - 1).number() + 1;
        List<Clear> now = new ArrayList<>(before);
        now.add(new Clear(number, queues, clock.instant()));
        clears = List.copyOf(now.subList(Math.max(0, now.size() - KEPT_CLEARS), now.size()));
    }

    /** The newest requests, in their order; each partition follows each once. */
    public List<Clear> clears() {
        return clears;
    }

    /**
     * The status of the sink now.
     *
     * @param health what is wrong with it
     */
    public SinkStatus status(SinkState state, SinkHealth health) {
        List<QueueStatus> statuses = statuses();
        return new SinkStatus(
                sink,
                state,
                health,
                statuses,
                effects(),
                undecodable.get(),
                List.copyOf(replays.values()),
                logChanges.values().stream().flatMap(List::stream).toList());
    }

    private List<QueueStatus> statuses() {
        return queues.keySet().stream()
                .sorted()
                .flatMap(name -> queue(name).status().stream())
                .toList();
    }

    /** Ends the observers and removes the meters. */
    @Override
    public void close() {
        observers.close();
        meters.close();
    }
}
