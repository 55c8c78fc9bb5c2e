package io.taskqueue.streams;

import io.micrometer.core.instrument.Counter;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.metrics.SinkMeters;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** How far the sink has come with one queue, for those who watch: written by the stream thread, read by any. */
final class QueueProgress {

    private record Reach(
            int partition,
            Position newest,
            @Nullable Position done,
            int inFlight,
            boolean diverged,
            boolean replaying) {}

    /** The newest applied event. */
    private record Newest(Position position, Instant occurredAt) {}

    private final String queue;
    private final Clock clock;
    private final Counter appliedMeter;
    private final Counter duplicatesMeter;
    private final Counter fencedMeter;
    private final Counter gapsMeter;
    private final AtomicLong applied = new AtomicLong();
    private final AtomicLong duplicates = new AtomicLong();
    private final AtomicLong fenced = new AtomicLong();
    private final AtomicLong gaps = new AtomicLong();
    private final AtomicBoolean clearing = new AtomicBoolean();
    private volatile @Nullable Reach reach;
    private volatile @Nullable Newest newest;
    private volatile Map<String, Peers.Reach> peers = Map.of();
    private volatile ParkedTasks.Count parked = ParkedTasks.Count.NONE;

    QueueProgress(String queue, SinkMeters meters, Clock clock) {
        this.queue = queue;
        this.clock = clock;
        this.appliedMeter = meters.counter(SinkMeters.APPLIED, queue);
        this.duplicatesMeter = meters.counter(SinkMeters.DUPLICATES, queue);
        this.fencedMeter = meters.counter(SinkMeters.FENCED, queue);
        this.gapsMeter = meters.counter(SinkMeters.GAPS, queue);
        meters.gauge(SinkMeters.SEQUENCE_LAG, queue, this, QueueProgress::sequenceLag);
        meters.gauge(SinkMeters.PARKED, queue, this, progress -> progress.parked.events());
        meters.gauge(SinkMeters.WALL_CLOCK_LAG, queue, this, QueueProgress::wallClockLag);
    }

    void applied(ReplicationEvent<?> event, boolean replayed) {
        applied.incrementAndGet();
        appliedMeter.increment();
        Newest before = newest;
        if (!replayed && (before == null || event.position().compareTo(before.position()) > 0)) {
            newest = new Newest(event.position(), event.occurredAt());
        }
    }

    void duplicate() {
        duplicates.incrementAndGet();
        duplicatesMeter.increment();
    }

    void fenced() {
        fenced.incrementAndGet();
        fencedMeter.increment();
    }

    void gap() {
        gaps.incrementAndGet();
        gapsMeter.increment();
    }

    void reached(Checkpoint checkpoint, @Nullable Position done, int inFlight) {
        reach = new Reach(
                checkpoint.partition(),
                checkpoint.taken().position(),
                done,
                inFlight,
                checkpoint.diverged(),
                checkpoint.replaying());
    }

    void peers(Map<String, Peers.Reach> reached) {
        peers = reached;
    }

    /** How much of the queue is parked now. */
    void parked(ParkedTasks.Count count) {
        parked = count;
    }

    /** The queue's partition is another instance's now. */
    void left() {
        reach = null;
        newest = null;
    }

    void clearDiverged() {
        clearing.set(true);
    }

    /** Whether an operator has cleared the queue since the last call. */
    boolean takeClearing() {
        return clearing.get() && clearing.getAndSet(false);
    }

    Optional<QueueStatus> status() {
        Reach now = reach;
        if (now == null) {
            return Optional.empty();
        }
        Newest last = newest;
        return Optional.of(new QueueStatus(
                queue,
                now.partition(),
                now.newest(),
                now.done(),
                now.inFlight(),
                parked.tasks(),
                parked.events(),
                lag(now),
                now.diverged(),
                now.replaying(),
                last == null ? null : last.occurredAt(),
                applied.get(),
                duplicates.get(),
                fenced.get(),
                gaps.get(),
                done(peers)));
    }

    private static Map<String, Position> done(Map<String, Peers.Reach> peers) {
        Map<String, Position> done = new HashMap<>();
        peers.forEach((name, reach) -> done.put(name, reach.done()));
        return done;
    }

    private static long lag(Reach reach) {
        Position done = reach.done();
        return done != null && done.epoch() == reach.newest().epoch()
                ? reach.newest().sequence() - done.sequence()
                : reach.inFlight();
    }

    private double sequenceLag() {
        Reach now = reach;
        return now == null || now.replaying() ? Double.NaN : lag(now);
    }

    /** Grows while an event is outstanding; 0 otherwise, as what is idle does not fall behind. */
    private double wallClockLag() {
        Reach now = reach;
        Newest last = newest;
        if (now == null || last == null || now.replaying()) {
            return Double.NaN;
        }
        return now.newest().equals(now.done())
                ? 0
                : Duration.between(last.occurredAt(), clock.instant()).toMillis() / 1000.0;
    }
}
