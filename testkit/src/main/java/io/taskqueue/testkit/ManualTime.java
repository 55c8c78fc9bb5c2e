package io.taskqueue.testkit;

import io.taskqueue.queue.ManualTicker;
import io.taskqueue.queue.QueueListener;
import io.taskqueue.queue.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * Time that stands still until a test moves it: a clock and a ticker in one, so that instants and deadlines agree.
 *
 * <pre>{@code
 * ManualTime time = new ManualTime();
 * TaskQueue<Order> queue = TaskQueue.<Order>builder("orders").clock(time).ticker(time).build();
 * queue.enqueue(order);
 * queue.lease();                        // a worker that stops here
 * time.advance(Duration.ofSeconds(30)); // its lease expires
 * queue.lease();                        // the second attempt
 * }</pre>
 *
 * <p>Moving it wakes the calls that wait: one whose time limit has passed returns, and leases and delays end. They end on a thread of
 * their queue: a call on the queue performs what is due first, so call it, instead of waiting for the events.
 * {@link io.taskqueue.queue.TaskQueue#close} does not wait for leases.
 *
 * <p>Thread-safe.
 */
public final class ManualTime extends Clock implements Ticker {

    /** When it starts, unless another instant is given: 2026-01-01T00:00:00Z. */
    public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final ManualTicker ticker;
    private final Clock clock;

    /** Time that starts at {@link #START}. */
    public ManualTime() {
        this(START);
    }

    /** Time that starts at an instant. */
    public ManualTime(Instant start) {
        this(new ManualTicker(), start, ZoneOffset.UTC);
    }

    private ManualTime(ManualTicker ticker, Instant start, ZoneId zone) {
        this.ticker = ticker;
        this.clock = ticker.clock(start).withZone(zone);
    }

    /**
     * Moves the time.
     *
     * @throws IllegalArgumentException if the duration is negative: time does not go back
     */
    public void advance(Duration by) {
        ticker.advance(by);
    }

    /** Moves the time to an instant; does nothing if that has passed. */
    public void advanceTo(Instant instant) {
        Duration left = Duration.between(instant(), instant);
        if (!left.isNegative()) {
            advance(left);
        }
    }

    @Override
    public long nanos() {
        return ticker.nanos();
    }

    @Override
    public boolean isManual() {
        return true;
    }

    @Override
    public QueueListener.Registration onMoved(Runnable action) {
        return ticker.onMoved(action);
    }

    @Override
    public Instant instant() {
        return clock.instant();
    }

    @Override
    public ZoneId getZone() {
        return clock.getZone();
    }

    /** The same time in another zone: moving one moves the other. */
    @Override
    public ManualTime withZone(ZoneId zone) {
        return new ManualTime(ticker, instant(), zone);
    }

    @Override
    public String toString() {
        return "manual time, at " + instant();
    }
}
