package io.taskqueue.streams.status;

import io.taskqueue.event.Position;
import io.taskqueue.streams.checkpoint.Divergence;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How far a sink has come with one queue.
 *
 * @param queueName the queue
 * @param partition its partition of the event topic
 * @param positions how far its events were read and applied
 * @param inFlight events read and not applied yet, also those that are replayed or redriven
 * @param parked what is parked of it
 * @param counts what happened to its events since the service started
 * @param divergence what is missing of the queue, as long as no operator has cleared it; null if nothing is
 * @param replaying whether the sink is reading events again
 */
public record QueueStatus(
        String queueName,
        int partition,
        Positions positions,
        int inFlight,
        Parked parked,
        Counts counts,
        @Nullable Divergence divergence,
        boolean replaying) {

    /** Whether events were missing; it stays set until an operator clears it. */
    public boolean diverged() {
        return divergence != null;
    }

    /**
     * How far the events of a queue were read and applied.
     *
     * @param newest the newest position read, whether applied or not
     * @param done the position up to which all is applied; null where nothing is yet
     * @param lag newest minus done, in events
     * @param newestApplied when the newest applied event occurred; null where none was applied since the start
     * @param peers how far each owner peer has come, as of the last commit: the position up to which all of its own events are
     *     applied. The first 64 names have an entry of their own, all others share {@code (others)}
     */
    public record Positions(
            Position newest,
            @Nullable Position done,
            long lag,
            @Nullable Instant newestApplied,
            Map<String, Position> peers) {

        public Positions {
            peers = Collections.unmodifiableMap(new TreeMap<>(peers));
        }
    }

    /**
     * What is parked of a queue.
     *
     * @param tasks tasks with parked events
     * @param events their parked events; they count as processed, so {@code done} passes them
     */
    public record Parked(int tasks, int events) {

        static final Parked NONE = new Parked(0, 0);
    }

    /**
     * What happened to the events of a queue since the service started.
     *
     * @param applied events applied
     * @param duplicates events read before and dropped
     * @param fenced events dropped because a fence lies before them
     * @param gaps places where events were missing, or where the log has lost events that were read
     * @param missing events that were missing there, at least
     */
    public record Counts(long applied, long duplicates, long fenced, long gaps, long missing) {}
}
