package io.taskqueue.source.mark;

import io.taskqueue.event.Position;
import io.taskqueue.queue.Ticker;
import io.taskqueue.source.mark.LiveTaskOffsets.Low;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The low-water mark of one queue, as it is published again and again:
 *
 * <pre>
 *   the mark is taken -&gt; all events that it counts are confirmed -&gt; it is written -&gt; acknowledged
 * </pre>
 *
 * <p>The confirmation comes from the registry, read behind the acknowledgements: no other source had claimed the queue. So a mark is true
 * whenever it is written. One that could not be written is replaced by the next one; at most one of a queue is under way. Thread-safe.
 */
public final class PublishedMark {

    private static final Logger LOG = LoggerFactory.getLogger(PublishedMark.class);

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
    private @Nullable Low taken;
    private @Nullable CompletableFuture<Position> confirmation;
    private @Nullable Future<?> writing;
    private @Nullable Low published;
    private long publishedNanos;
    private volatile boolean ended;

    /**
     * @param confirmed a future that completes when everything so far is confirmed
     * @param periodically runs once in each interval; what it throws is logged
     */
    public PublishedMark(
            String queueName,
            LiveTaskOffsets offsets,
            Supplier<CompletableFuture<Position>> confirmed,
            Writer writer,
            Runnable periodically) {
        this.queueName = queueName;
        this.offsets = offsets;
        this.confirmed = confirmed;
        this.writer = writer;
        this.periodically = periodically;
    }

    /** Takes the mark if it is due and no other is under way; returns the confirmation that it needs. */
    synchronized Optional<CompletableFuture<Position>> take(Ticker ticker, Duration interval) {
        written(ticker);
        if (ended || writing != null || confirmation != null) {
            return Optional.empty();
        }
        Low low = offsets.low().orElse(null);
        if (low == null || !isDue(low, ticker, interval)) {
            return Optional.empty();
        }
        CompletableFuture<Position> needed = confirmed.get();
        taken = low;
        confirmation = needed;
        return Optional.of(needed);
    }

    /** Begins to write the mark that was taken, if it is confirmed. */
    synchronized Optional<Future<?>> write() {
        CompletableFuture<Position> expected = confirmation;
        Low low = taken;
        if (ended || low == null || expected == null || !expected.isDone()) {
            return Optional.empty();
        }
        confirmation = null;
        taken = null;
        try {
            Position unused = expected.join();
            writing = writer.write(low);
            taken = low;
            return Optional.of(writing);
        } catch (RuntimeException e) {
            log(low, e);
            return Optional.empty();
        }
    }

    /** Notes whether the mark is written. */
    synchronized void written(Ticker ticker) {
        Future<?> begun = writing;
        Low low = taken;
        if (begun == null || !begun.isDone() || low == null) {
            return;
        }
        writing = null;
        taken = null;
        try {
            var unused = begun.get();
            published = low;
            publishedNanos = ticker.nanos();
        } catch (ExecutionException | RuntimeException e) {
            log(low, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isDue(Low low, Ticker ticker, Duration interval) {
        Low before = published;
        if (before == null) {
            return true;
        }
        if (low.equals(before)) {
            return false;
        }
        return low.offset() - before.offset() >= MarkPublisher.MOVED_OFFSETS
                || ticker.nanos() - publishedNanos
                        >= interval.multipliedBy(MarkPublisher.INTERVALS_OF_SMALL_CHANGES)
                                .toNanos();
    }

    void runPeriodically(Duration interval) {
        try {
            periodically.run();
        } catch (RuntimeException | Error e) {
            LOG.warn(
                    "The retention of the events of queue {} could not be checked; it is checked again in {}",
                    queueName,
                    interval,
                    e);
        }
    }

    /** Publishes nothing more, but for {@link #writeLast}. */
    void end() {
        ended = true;
    }

    /** Publishes the mark of all events: no more follow. */
    void writeLast(Duration grace) throws InterruptedException {
        long millis = grace.toMillis();
        try {
            offsets.awaitAcknowledged(confirmed.get().get(millis, TimeUnit.MILLISECONDS));
            Low low = offsets.low().orElse(null);
            if (low != null && !low.equals(lastPublished())) {
                Position unused = confirmed.get().get(millis, TimeUnit.MILLISECONDS);
                var unusedToo = writer.write(low).get(millis, TimeUnit.MILLISECONDS);
            }
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            LOG.debug("The last events of queue {} are not confirmed", queueName, e);
        }
    }

    private synchronized @Nullable Low lastPublished() {
        return published;
    }

    private void log(Low low, Exception e) {
        // the queue has another owner, or Kafka is not available; either is logged elsewhere
        LOG.debug("The low-water mark {} of queue {} is not published now", low, queueName, e);
    }
}
