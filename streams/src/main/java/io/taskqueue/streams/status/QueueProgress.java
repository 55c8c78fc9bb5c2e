package io.taskqueue.streams.status;

import io.micrometer.core.instrument.Counter;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.metrics.SinkMeters;
import io.taskqueue.streams.checkpoint.Divergence;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** How far a sink has come with one queue: written by the stream thread, read by any thread, measured by meters. */
public final class QueueProgress {

    /**
     * How far a queue was read and applied.
     *
     * @param newest the newest position read
     * @param done the position up to which all is applied; null where nothing is yet
     */
    public record Reached(
            int partition,
            Position newest,
            @Nullable Position done,
            int inFlight,
            @Nullable Divergence divergence,
            boolean replaying) {

        private long lag() {
            return done != null && done.epoch() == newest.epoch() ? newest.sequence() - done.sequence() : inFlight;
        }
    }

    /** The newest applied event. */
    private record Newest(Position position, Instant occurredAt) {}

    /** A count since the start, and its meter. */
    private record Count(AtomicLong sinceStart, Counter meter) {

        private Count(Counter meter) {
            this(new AtomicLong(), meter);
        }

        private void increment() {
            add(1);
        }

        private void add(long more) {
            sinceStart.addAndGet(more);
            meter.increment((double) more);
        }
    }

    private final String queue;
    private final Clock clock;
    private final Count applied;
    private final Count duplicates;
    private final Count fenced;
    private final Count gaps;
    private final Count missing;
    private volatile @Nullable Reached reached;
    private volatile @Nullable Newest newest;
    private volatile @Nullable Instant releasedAt;
    private volatile Map<String, Position> peers = Map.of();
    private volatile QueueStatus.Parked parked = QueueStatus.Parked.NONE;

    /** @param series the queue under which it is measured: its own name, or that which several share */
    QueueProgress(String queue, String series, SinkMeters meters, Clock clock) {
        this.queue = queue;
        this.clock = clock;
        this.applied = new Count(meters.counter(SinkMeters.APPLIED, series));
        this.duplicates = new Count(meters.counter(SinkMeters.DUPLICATES, series));
        this.fenced = new Count(meters.counter(SinkMeters.FENCED, series));
        this.gaps = new Count(meters.counter(SinkMeters.GAPS, series));
        this.missing = new Count(meters.counter(SinkMeters.MISSING, series));
    }

    void applied(ReplicationEvent<?> event, boolean replayed) {
        applied.increment();
        Newest before = newest;
        if (!replayed && (before == null || event.position().compareTo(before.position()) > 0)) {
            newest = new Newest(event.position(), event.occurredAt());
        }
    }

    public void duplicate() {
        duplicates.increment();
    }

    public void fenced() {
        fenced.increment();
    }

    /**
     * Events are missing.
     *
     * @param events how many, at least
     */
    public void gap(long events) {
        gaps.increment();
        missing.add(events);
    }

    public void reached(Reached now) {
        reached = now;
        releasedAt = null;
    }

    /** How far each owner peer has come, as of the last commit. */
    public void peers(Map<String, Position> done) {
        peers = Map.copyOf(done);
    }

    /** How much of the queue is parked now. */
    public void parked(int tasks, int events) {
        parked = new QueueStatus.Parked(tasks, events);
    }

    /** The queue's partition is assigned to another instance now. */
    public void released() {
        reached = null;
        newest = null;
        releasedAt = clock.instant();
    }

    boolean releasedBefore(Instant time) {
        Instant released = releasedAt;
        return released != null && released.isBefore(time);
    }

    Optional<QueueStatus> status() {
        Reached now = reached;
        if (now == null) {
            return Optional.empty();
        }
        Newest last = newest;
        return Optional.of(new QueueStatus(
                queue,
                now.partition(),
                new QueueStatus.Positions(
                        now.newest(), now.done(), now.lag(), last == null ? null : last.occurredAt(), peers),
                now.inFlight(),
                parked,
                new QueueStatus.Counts(
                        applied.sinceStart().get(),
                        duplicates.sinceStart().get(),
                        fenced.sinceStart().get(),
                        gaps.sinceStart().get(),
                        missing.sinceStart().get()),
                now.divergence(),
                now.replaying()));
    }

    double diverged() {
        Reached now = reached;
        return now != null && now.divergence() != null ? 1 : 0;
    }

    double parkedEvents() {
        return parked.events();
    }

    double sequenceLag() {
        Reached now = reached;
        return now == null || now.replaying() ? Double.NaN : now.lag();
    }

    /** Grows while an event is outstanding; 0 otherwise, because an idle sink does not fall behind. */
    double wallClockLag() {
        Reached now = reached;
        Newest last = newest;
        if (now == null || last == null || now.replaying()) {
            return Double.NaN;
        }
        return now.newest().equals(now.done())
                ? 0
                : Duration.between(last.occurredAt(), clock.instant()).toMillis() / 1000.0;
    }
}
