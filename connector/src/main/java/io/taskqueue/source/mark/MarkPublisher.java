package io.taskqueue.source.mark;

import io.taskqueue.config.DurationText;
import io.taskqueue.event.Position;
import io.taskqueue.queue.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the low-water marks of the queues of a group, on a thread of its own. The marks that are due at one moment are confirmed and written
 * together; one that is not confirmed in time, as of a queue whose partition has no leader, waits for a later round and delays no other.
 *
 * <p>When it publishes the mark of a queue, at most once an interval:
 *
 * <pre>
 *   at the start                                    once the live tasks of earlier owners are known
 *   it has moved by {@value #MOVED_OFFSETS} offsets or more            a recovery would otherwise read more than these
 *   anything has changed                            every {@value #INTERVALS_OF_SMALL_CHANGES} intervals
 *   at the end                                      with what the source has acknowledged last
 * </pre>
 *
 * <p>{@link #run} is for its own thread; the other methods are thread-safe.
 */
public final class MarkPublisher implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(MarkPublisher.class);

    static final long MOVED_OFFSETS = 10_000;
    static final int INTERVALS_OF_SMALL_CHANGES = 12;

    /** Many queues start together: their first marks are confirmed and written together. */
    private static final long GATHERING_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** How long a round waits for its confirmations, and for its writes. */
    private static final long ROUND_MILLIS = 1_000;

    private final Duration interval;
    private final Ticker ticker;
    private final Set<PublishedMark> marks = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long leftNanos;
    private boolean added;
    private boolean closed;

    /** @param interval the minimum time between two marks of a queue, in real time */
    public MarkPublisher(Duration interval, Ticker ticker) {
        this.interval = interval;
        this.ticker = ticker;
        this.leftNanos = interval.toNanos();
    }

    /** Publishes the mark of a queue from now on. */
    public void add(PublishedMark mark) {
        marks.add(mark);
        lock.lock();
        try {
            added = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Publishes the mark no more. Never waits. */
    public void remove(PublishedMark mark) {
        marks.remove(mark);
        mark.end();
    }

    /** Publishes the last mark of a queue, on the calling thread, and waits for each step no longer than the grace. */
    public void finish(PublishedMark mark, Duration grace) throws InterruptedException {
        remove(mark);
        mark.writeLast(grace);
    }

    /** Lets {@link #run} return. */
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void run() {
        try {
            for (boolean periodically = false; ; periodically = awaitNext()) {
                if (isClosed()) {
                    return;
                }
                runSafely(periodically);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A round that fails, as for want of memory, is repeated after the next interval: without this thread, no mark would move. */
    private void runSafely(boolean periodically) throws InterruptedException {
        try {
            if (periodically) {
                marks.forEach(mark -> mark.runPeriodically(interval));
            }
            publish();
        } catch (RuntimeException | Error e) {
            LOG.error(
                    "Low-water marks could not be published; that is attempted again in {}.",
                    DurationText.of(interval),
                    e);
        }
    }

    /** Waits for the next interval, or until queues are added, for a while in which others follow; returns whether the interval is over. */
    private boolean awaitNext() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (leftNanos > 0 && !added && !closed) {
                leftNanos = changed.awaitNanos(leftNanos);
            }
            long gathering = Math.min(leftNanos, GATHERING_NANOS);
            leftNanos -= Math.max(0, gathering);
            while (gathering > 0 && !closed) {
                gathering = changed.awaitNanos(gathering);
            }
            added = false;
            boolean isOver = leftNanos <= 0;
            leftNanos = isOver ? interval.toNanos() : leftNanos;
            return isOver;
        } finally {
            lock.unlock();
        }
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    private void publish() throws InterruptedException {
        List<CompletableFuture<Position>> confirmations = new ArrayList<>();
        marks.forEach(mark -> mark.take(ticker, interval).ifPresent(confirmations::add));
        boolean unused = confirmations.isEmpty()
                || await(CompletableFuture.allOf(confirmations.toArray(CompletableFuture[]::new)));
        List<Future<?>> writes = new ArrayList<>();
        marks.forEach(mark -> mark.write().ifPresent(writes::add));
        for (Future<?> write : writes) {
            if (!await(write)) {
                break; // the others are asked for in the next round
            }
        }
        marks.forEach(mark -> mark.written(ticker));
    }

    /** Waits for a while; returns false if that was not enough. */
    private static boolean await(Future<?> future) throws InterruptedException {
        try {
            var unused = future.get(ROUND_MILLIS, TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException e) {
            return true; // each mark finds its own failure
        } catch (TimeoutException e) {
            return false;
        }
    }
}
