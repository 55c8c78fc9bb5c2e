package io.taskqueue.source.publish;

import io.taskqueue.queue.CallbackFailures;
import io.taskqueue.queue.Ticker;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Objects;

/**
 * The time of a source: the user's clock and ticker, read so that nothing is thrown. While one of them throws, its time stands
 * still. An event is stamped inside the queue's lock, and a source that ends is stamped too: neither may be prevented by a clock.
 * Thread-safe.
 */
public final class SourceTime extends Clock implements Ticker {

    private final Clock clock;
    private final Ticker ticker;
    private final CallbackFailures clockFailures =
            new CallbackFailures("The clock of a source", "the time that it returned last is used");
    private final CallbackFailures tickerFailures =
            new CallbackFailures("The ticker of a source", "the time that it returned last is used");
    private volatile Instant lastInstant;
    private volatile long lastNanos;

    /** Reads both once: a clock or a ticker that always throws is refused with its own error. */
    public SourceTime(Clock clock, Ticker ticker) {
        this.clock = clock;
        this.ticker = ticker;
        this.lastInstant = Objects.requireNonNull(clock.instant(), "The clock returned null.");
        this.lastNanos = ticker.nanos();
    }

    @Override
    public Instant instant() {
        try {
            Instant now = Objects.requireNonNull(clock.instant(), "The clock returned null.");
            lastInstant = now;
            return now;
        } catch (Throwable e) {
            clockFailures.add("reading it", e);
            return lastInstant;
        }
    }

    @Override
    public long nanos() {
        try {
            long now = ticker.nanos();
            lastNanos = now;
            return now;
        } catch (Throwable e) {
            tickerFailures.add("reading it", e);
            return lastNanos;
        }
    }

    @Override
    public ZoneId getZone() {
        return clock.getZone();
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return new SourceTime(clock.withZone(zone), ticker);
    }
}
