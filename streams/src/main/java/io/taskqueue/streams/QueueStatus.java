package io.taskqueue.streams;

import io.taskqueue.event.Position;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How far a sink has come with one queue. The counts start with the service.
 *
 * @param queueName the queue
 * @param partition its partition of the event topic
 * @param newest the newest position seen, whether applied or not
 * @param done the position up to which all is applied; null where nothing is yet
 * @param inFlight events seen and not applied yet, also those seen again in a replay or redriven
 * @param parkedTasks tasks whose events are parked
 * @param parkedEvents their events; they count as dealt with, so {@code done} goes past them
 * @param lag newest minus done, in events
 * @param diverged whether events were missing; it stays so until an operator clears it
 * @param replaying whether the sink is seeing events again
 * @param newestApplied when the newest applied event occurred; null where none was applied since the start
 * @param applied events applied
 * @param duplicates events seen before and dropped
 * @param fenced events dropped because a fence lies before them
 * @param gaps places where events were missing
 * @param peers how far each owner peer has come, as of the last commit: the position up to which all of its own events are
 *     applied. The first 64 names have an entry of their own, all others share {@code (others)}
 */
public record QueueStatus(
        String queueName,
        int partition,
        Position newest,
        @Nullable Position done,
        int inFlight,
        int parkedTasks,
        int parkedEvents,
        long lag,
        boolean diverged,
        boolean replaying,
        @Nullable Instant newestApplied,
        long applied,
        long duplicates,
        long fenced,
        long gaps,
        Map<String, Position> peers) {

    public QueueStatus {
        peers = Collections.unmodifiableMap(new TreeMap<>(peers));
    }
}
