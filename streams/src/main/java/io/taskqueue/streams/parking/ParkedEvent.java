package io.taskqueue.streams.parking;

import io.taskqueue.event.ReplicationEvent;
import java.time.Instant;

/**
 * An event that a sink has parked, as operators see it.
 *
 * @param event the event; its payload is the JSON of its value
 * @param partition its partition of the event topic
 * @param offset its offset there
 * @param since when it was parked, the last time
 * @param round how often it was parked
 * @param released whether its task is being redriven; on the first parked event of a task
 * @param state why it is parked
 */
public record ParkedEvent(
        ReplicationEvent<String> event,
        int partition,
        long offset,
        Instant since,
        int round,
        boolean released,
        ParkedState state) {

    /** Whether an operator decided that it is not applied: it is kept for display, and not parked any more. */
    public boolean discarded() {
        return state instanceof ParkedState.Discarded;
    }
}
