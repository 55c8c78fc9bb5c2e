package io.taskqueue.streams;

import io.taskqueue.event.Position;
import java.time.Instant;
import org.apache.kafka.common.utils.Bytes;

/**
 * An event that is set aside, with all that is needed to dispatch it again.
 *
 * @param pass how it goes through the sink when it is dispatched again; its round counts how often it was parked
 * @param since when it was parked, the last time
 * @param released whether its task is being redriven; said by the first of its events
 * @param queue whose event it is, which need not be the queue that its task was born in
 * @param value the event's JSON
 */
record ParkedEntry(
        ParkedKey key,
        Pass pass,
        Instant since,
        boolean released,
        String queue,
        Position position,
        ParkedState state,
        Bytes value) {

    boolean discarded() {
        return state instanceof ParkedState.Discarded;
    }

    ParkedEntry withReleased(boolean now) {
        return new ParkedEntry(key, pass, since, now, queue, position, state, value);
    }

    ParkedEntry with(ParkedState other) {
        return new ParkedEntry(key, pass, since, false, queue, position, other, value);
    }
}
