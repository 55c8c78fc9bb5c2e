package io.taskqueue.source;

import io.taskqueue.event.Position;
import java.time.Instant;
import java.util.Optional;

/**
 * The health of a source at one moment.
 *
 * @param state its state
 * @param since when it is in that state; for {@link SourceState#RETRYING} since when nothing reaches Kafka
 * @param reason why it is not {@link SourceState#RUNNING}, as text for operators: for {@link SourceState#RETRYING} what is wrong with
 *     Kafka, as far as it is known now; present in this state, and in {@link SourceState#FENCED} and {@link SourceState#FAILED}
 * @param bufferedEvents events that are not acknowledged yet
 * @param position of the newest event of the queue
 * @param replicatedUpTo the highest position below which all is acknowledged
 * @param lastError the last error, if there was one; it may be resolved
 */
public record SourceHealth(
        SourceState state,
        Instant since,
        Optional<String> reason,
        int bufferedEvents,
        Position position,
        Position replicatedUpTo,
        Optional<String> lastError) {

    /** Whether the source works: it runs, or it waits for Kafka and will continue by itself. */
    public boolean live() {
        return state == SourceState.RUNNING || state == SourceState.RETRYING;
    }

    /** Whether events reach Kafka now, as far as it is known. */
    public boolean ready() {
        return state == SourceState.RUNNING;
    }
}
