package io.taskqueue.source.mark;

import io.taskqueue.event.Position;
import io.taskqueue.event.TaskId;
import io.taskqueue.source.mark.LiveTaskOffsets.RetainedRecord;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps retention from removing the records that a recovery needs of a live task: when the oldest is older than half of what the topic keeps, the
 * task is written again as a Snapshot.
 *
 * <p>In batches, one for each call of {@link #check}: a {@value #BATCH_FRACTION}th of the live tasks, at least {@value #SMALLEST_BATCH};
 * the next one when the last one is acknowledged, so that an outage of Kafka does not fill the buffer. Tasks of earlier owners that were
 * not recovered cannot be written again; that they grow old is logged once. {@link #check} is for one thread.
 */
public final class RetentionGuard {

    private static final Logger LOG = LoggerFactory.getLogger(RetentionGuard.class);

    static final int SMALLEST_BATCH = 100;
    static final int BATCH_FRACTION = 64;

    /** The queue and its buffer, as far as they are needed here. */
    public interface Snapshots {

        /**
         * Writes tasks again, as far as they are live and there is room; does not wait for the queue.
         *
         * @param written called once with how many were written, on any thread
         */
        void write(Collection<TaskId> tasks, IntConsumer written);

        /** The position of the newest event. */
        Position appendedUpTo();

        /** The position up to which every event is acknowledged. */
        Position acknowledgedUpTo();
    }

    private final LiveTaskOffsets offsets;
    private final Snapshots snapshots;
    private final Supplier<Optional<TopicRetention.Half>> retention;
    private final Clock clock;
    private volatile Position writtenUpTo;
    private volatile boolean isWriting;
    private boolean isAbandonedLogged;

    /**
     * @param retention what is known of the topic now; empty before it could be read
     * @param clock the clock of {@code recordedAt}
     */
    public RetentionGuard(
            LiveTaskOffsets offsets,
            Snapshots snapshots,
            Supplier<Optional<TopicRetention.Half>> retention,
            Clock clock) {
        this.offsets = offsets;
        this.snapshots = snapshots;
        this.retention = retention;
        this.clock = clock;
        this.writtenUpTo = snapshots.acknowledgedUpTo();
    }

    /** Writes the next batch, if tasks are due. */
    public void check() {
        TopicRetention.Half half = retention.get().orElse(null);
        if (half == null) {
            return;
        }
        if (!isWriting && snapshots.acknowledgedUpTo().compareTo(writtenUpTo) >= 0) {
            List<TaskId> due = offsets.oldest(batch()).stream()
                    .filter(record -> isDue(record, half))
                    .map(RetainedRecord::task)
                    .toList();
            if (!due.isEmpty()) {
                isWriting = true;
                snapshots.write(due, this::written);
            }
        }
        if (!isAbandonedLogged) {
            offsets.oldestAbandoned().filter(record -> isDue(record, half)).ifPresent(this::logAbandoned);
        }
    }

    private void written(int tasks) {
        if (tasks > 0) {
            writtenUpTo = snapshots.appendedUpTo();
        }
        isWriting = false;
    }

    private int batch() {
        return Math.max(SMALLEST_BATCH, offsets.live() / BATCH_FRACTION);
    }

    private boolean isDue(RetainedRecord record, TopicRetention.Half half) {
        Instant now = clock.instant();
        return half.age()
                        .filter(age -> record.recordedAt().isBefore(now.minus(age)))
                        .isPresent()
                || (half.offset().isPresent() && record.offset() < half.offset().getAsLong());
    }

    private void logAbandoned(RetainedRecord oldest) {
        isAbandonedLogged = true;
        LOG.error(
                "Queue {} has {} live tasks of earlier owners that were not recovered, and the oldest event that a recovery needs, {} at"
                        + " offset {}, is older than half of what the topic keeps: retention will remove them. Start the source again"
                        + " with a recovery.",
                oldest.task().queueName(),
                offsets.abandoned(),
                oldest.position(),
                oldest.offset());
    }
}
