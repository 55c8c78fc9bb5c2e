package io.taskqueue.source;

import io.taskqueue.event.Position;
import java.time.Instant;
import java.util.Optional;

/**
 * How a source is, at one moment.
 *
 * @param state what it is doing
 * @param since since when; for {@link SourceState#RETRYING} since events wait
 * @param bufferedEvents events taken and not acknowledged yet
 * @param position of the newest event taken
 * @param replicatedUpTo the highest position below which all is acknowledged
 * @param lastError what went wrong last, if anything did; it may be over
 */
public record SourceHealth(
        SourceState state,
        Instant since,
        int bufferedEvents,
        Position position,
        Position replicatedUpTo,
        Optional<String> lastError) {

    /** Whether the source does its work: it runs, or it waits for Kafka and will go on by itself. */
    public boolean live() {
        return state == SourceState.RUNNING || state == SourceState.RETRYING;
    }

    /** Whether events reach Kafka now. */
    public boolean ready() {
        return state == SourceState.RUNNING;
    }
}
