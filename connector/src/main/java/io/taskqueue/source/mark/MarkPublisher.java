package io.taskqueue.source.mark;

import io.taskqueue.event.Position;
import io.taskqueue.queue.Ticker;
import io.taskqueue.source.mark.LiveTaskOffsets.Low;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the low-water mark of a queue, on a thread of its own:
 *
 * <pre>
 *   the mark is taken -&gt; all events that it counts are confirmed -&gt; it is written, and acknowledged
 * </pre>
 *
 * <p>The confirmation comes from the registry, read behind the acknowledgements: no other source had claimed the queue. So a mark is true
 * whenever it is written.
 *
 * <p>When it publishes, at most once an interval:
 *
 * <pre>
 *   at the start                                    once the live tasks of earlier owners are known
 *   it has moved by {@value #MOVED_OFFSETS} offsets or more            a recovery would otherwise read more than these
 *   anything has changed                            every {@value #INTERVALS_OF_SMALL_CHANGES} intervals
 *   at the end                                      with what the source has acknowledged last
 * </pre>
 *
 * <p>A mark that could not be written is replaced by the next one.
 */
public final class MarkPublisher implements Runnable {

    static final long MOVED_OFFSETS = 10_000;
    static final int INTERVALS_OF_SMALL_CHANGES = 12;

    private static final Logger LOG = LoggerFactory.getLogger(MarkPublisher.class);

    /** Writes a mark to the registry. */
    public interface Writer {

        /** Begins to write; the future completes when Kafka has acknowledged the record. May block for metadata. */
        Future<?> write(Low mark);
    }

    private final String queueName;
    private final LiveTaskOffsets offsets;
    private final Supplier<CompletableFuture<Position>> confirmed;
    private final Writer writer;
    private final Runnable periodically;
    private final Duration interval;
    private final Ticker ticker;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition finishing = lock.newCondition();
    private boolean finished;
    private @Nullable Low published;
    private long publishedNanos;

    /**
     * @param confirmed a future that completes when everything so far is confirmed
     * @param periodically runs once in each interval; what it throws is logged
     * @param interval the minimum time between two marks, in real time
     */
    public MarkPublisher(
            Mark mark,
            Supplier<CompletableFuture<Position>> confirmed,
            Writer writer,
            Runnable periodically,
            Duration interval,
            Ticker ticker) {
        this.queueName = mark.queueName;
        this.offsets = mark.offsets;
        this.confirmed = confirmed;
        this.writer = writer;
        this.periodically = periodically;
        this.interval = interval;
        this.ticker = ticker;
    }

    /** What is published: the low-water mark of a queue. */
    public record Mark(String queueName, LiveTaskOffsets offsets) {}

    @Override
    public void run() {
        try {
            publish(false);
            while (!awaitEnd()) {
                runPeriodically();
                publish(false);
            }
            publishLast();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Publishes the last mark, after which {@link #run} returns. */
    public void finish() {
        lock.lock();
        try {
            finished = true;
            finishing.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the next interval; true at the end. */
    private boolean awaitEnd() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = interval.toNanos();
            while (left > 0 && !finished) {
                left = finishing.awaitNanos(left);
            }
            return finished;
        } finally {
            lock.unlock();
        }
    }

    /** Publishes the mark of all events: no more follow. */
    private void publishLast() throws InterruptedException {
        try {
            offsets.awaitAcknowledged(confirmed.get().get());
        } catch (ExecutionException | RuntimeException e) {
            LOG.debug("The last events of queue {} are not confirmed", queueName, e);
            return;
        }
        publish(true);
    }

    private void publish(boolean last) throws InterruptedException {
        Low low = offsets.low().orElse(null);
        if (low == null || !isDue(low, last)) {
            return;
        }
        try {
            Position unused = confirmed.get().get();
            writer.write(low).get();
            published = low;
            publishedNanos = ticker.nanos();
        } catch (ExecutionException | RuntimeException e) {
            // the queue has another owner, or Kafka is not available; either is logged elsewhere
            LOG.debug("The low-water mark {} of queue {} is not published now", low, queueName, e);
        }
    }

    private boolean isDue(Low low, boolean last) {
        Low before = published;
        if (before == null) {
            return true;
        }
        if (low.equals(before)) {
            return false;
        }
        return last
                || low.offset() - before.offset() >= MOVED_OFFSETS
                || ticker.nanos() - publishedNanos
                        >= interval.multipliedBy(INTERVALS_OF_SMALL_CHANGES).toNanos();
    }

    private void runPeriodically() {
        try {
            periodically.run();
        } catch (RuntimeException e) {
            LOG.warn(
                    "The retention of the events of queue {} could not be checked; it is checked again in {}",
                    queueName,
                    interval,
                    e);
        }
    }
}
