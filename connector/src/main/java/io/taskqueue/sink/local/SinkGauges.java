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

/** How far one queue of a sink lags behind what was read of it. Thread-safe; kept by the runner, as gauges outlive a run. */
final class SinkGauges {

    private final Clock clock;
    private final AtomicReference<@Nullable Position> newestRead = new AtomicReference<>();
    private final AtomicReference<@Nullable Position> newestDone = new AtomicReference<>();
    private final AtomicReference<@Nullable Instant> newestApplied = new AtomicReference<>();

    SinkGauges(Clock clock, SinkMeters meters, String queue) {
        this.clock = clock;
        meters.gauge(SinkMeters.SEQUENCE_LAG, queue, this, SinkGauges::sequenceLag);
        meters.gauge(SinkMeters.WALL_CLOCK_LAG, queue, this, SinkGauges::wallClockLag);
    }

    void read(ReplicationEvent<?> event) {
        advance(newestRead, event.position());
    }

    /** The sink is done with the event, which it has applied or dropped. */
    void done(ReplicationEvent<?> event) {
        advance(newestDone, event.position());
    }

    void applied(ReplicationEvent<?> event) {
        newestApplied.set(event.occurredAt());
    }

    /** Within an epoch, the events between the two; across epochs, the events of the newer one. */
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

    /** 0 where nothing that was read is outstanding: what is idle does not fall behind. */
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
