package io.taskqueue.sink.local;

import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.metrics.SinkMeters;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** How far a sink is behind the events that were read of one queue. Thread-safe; kept by the runner, because gauges outlive a run. */
final class LagGauges {

    private final Clock clock;
    private final AtomicReference<@Nullable Position> newestRead = new AtomicReference<>();
    private final AtomicReference<@Nullable Position> newestDone = new AtomicReference<>();
    private final AtomicReference<@Nullable Instant> newestApplied = new AtomicReference<>();

    LagGauges(Clock clock, SinkMeters meters, String queue) {
        this.clock = clock;
        meters.gauge(SinkMeters.SEQUENCE_LAG, queue, this, LagGauges::sequenceLag);
        meters.gauge(SinkMeters.WALL_CLOCK_LAG, queue, this, LagGauges::wallClockLag);
    }

    void read(ReplicationEvent<?> event) {
        advance(newestRead, event.position());
    }

    /** The event was applied or dropped. */
    void done(ReplicationEvent<?> event) {
        advance(newestDone, event.position());
    }

    void applied(ReplicationEvent<?> event) {
        newestApplied.set(event.occurredAt());
    }

    /** In events: within an epoch, those between the newest read and the newest done; otherwise those of the newer epoch. */
    double sequenceLag() {
        Position read = newestRead.get();
        Position done = newestDone.get();
        if (read == null) {
            return 0;
        }
        return done == null || done.epoch() != read.epoch()
                ? read.sequence()
                : (double) read.sequence() - done.sequence();
    }

    /** In seconds; 0 if all events that were read are done, because an idle sink has no lag. */
    double wallClockLag() {
        Instant newest = newestApplied.get();
        return newest == null || Objects.equals(newestRead.get(), newestDone.get())
                ? 0
                : Duration.between(newest, clock.instant()).toMillis() / 1_000.0;
    }

    private static void advance(AtomicReference<@Nullable Position> newest, Position position) {
        newest.accumulateAndGet(
                position,
                (before, next) -> next == null || (before != null && before.compareTo(next) > 0) ? before : next);
    }
}
