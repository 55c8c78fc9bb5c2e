package io.taskqueue.console.sinks;

import io.taskqueue.console.overview.RateMeter;
import io.taskqueue.event.Position;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** How many events of a queue a sink applies a second, from the positions that it has reached. For one thread. */
final class AppliedMeter {

    private final RateMeter rate = new RateMeter();
    private @Nullable Position last;
    private long applied;

    /** The sink has applied all up to here; null if nothing yet. */
    void measure(long nanos, @Nullable Position done) {
        Position before = last;
        if (done != null && before != null && done.compareTo(before) > 0) {
            applied += done.epoch() == before.epoch() ? done.sequence() - before.sequence() : done.sequence() + 1;
        }
        last = done == null ? before : done;
        rate.measure(nanos, applied);
    }

    /** How many were applied since it was measured first. */
    long applied() {
        return applied;
    }

    /** The rate, once it was measured for long enough. */
    OptionalDouble known() {
        return rate.known();
    }

    double perSecond() {
        return rate.perSecond();
    }
}
