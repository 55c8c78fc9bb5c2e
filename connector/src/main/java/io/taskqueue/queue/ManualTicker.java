package io.taskqueue.queue;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A ticker that stands still until a test advances it. Queues that it was given to expire their leases and end their delays then, on a
 * thread of their own and without a call: wait for the outcome, such as a lease, instead of asking for it at once. Calls that wait with
 * a time limit return when it was advanced by that limit. {@link TaskQueue#close} does not wait for leases.
 *
 * <pre>{@code
 * ManualTicker time = new ManualTicker();
 * TaskQueue<Order> queue = TaskQueue.<Order>builder("orders").ticker(time).clock(time.clock(start)).build();
 * queue.enqueue(order);
 * queue.lease();                        // a worker that stops here
 * time.advance(Duration.ofSeconds(30)); // the lease expires
 * queue.lease();                        // the second attempt
 * }</pre>
 *
 * <p>Thread-safe.
 */
public final class ManualTicker implements Ticker {

    private final AtomicLong nanos = new AtomicLong();
    private final List<Action> actions = new CopyOnWriteArrayList<>();

    /** An action that may be registered more than once. */
    private record Action(Object registration, Runnable moved) {}

    @Override
    public long nanos() {
        return nanos.get();
    }

    /**
     * Moves the ticker.
     *
     * @throws IllegalArgumentException if the duration is negative: a ticker does not go back
     */
    public void advance(Duration by) {
        if (by.isNegative()) {
            throw new IllegalArgumentException("A ticker was to be advanced by " + by
                    + ", but it does not go back. Advance it by a duration of at least zero.");
        }
        nanos.addAndGet(by.toNanos());
        actions.forEach(action -> action.moved.run());
    }

    @Override
    public boolean isManual() {
        return true;
    }

    @Override
    public QueueListener.Registration onMoved(Runnable action) {
        Action registered = new Action(new Object(), action);
        actions.add(registered);
        return () -> actions.remove(registered);
    }

    /** A clock in UTC that shows the start now, and advances with this ticker. */
    public Clock clock(Instant start) {
        return new TickingClock(this, start.minusNanos(nanos()), ZoneOffset.UTC);
    }

    private static final class TickingClock extends Clock {

        private final Ticker ticker;
        private final Instant origin;
        private final ZoneId zone;

        TickingClock(Ticker ticker, Instant origin, ZoneId zone) {
            this.ticker = ticker;
            this.origin = origin;
            this.zone = zone;
        }

        @Override
        public Instant instant() {
            return origin.plusNanos(ticker.nanos());
        }

        @Override
        public ZoneId getZone() {
            return zone;
        }

        @Override
        public Clock withZone(ZoneId other) {
            return new TickingClock(ticker, origin, other);
        }
    }
}
