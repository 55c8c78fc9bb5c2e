package io.taskqueue.torture.check;

import io.taskqueue.queue.Ticker;
import io.taskqueue.torture.history.Moment;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;

/** The time of a run in this process: each moment that is asked for is a millisecond later than the one before. */
final class RunTime extends Clock implements Ticker {

    private static final Instant START = Instant.parse("2026-11-01T10:00:00Z");

    private final AtomicLong nanos = new AtomicLong(1);

    Moment now() {
        advance(Duration.ofMillis(1));
        return new Moment(instant(), nanos());
    }

    void advance(Duration by) {
        nanos.addAndGet(by.toNanos());
    }

    @Override
    public long nanos() {
        return nanos.get();
    }

    @Override
    public Instant instant() {
        return START.plusNanos(nanos.get());
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
