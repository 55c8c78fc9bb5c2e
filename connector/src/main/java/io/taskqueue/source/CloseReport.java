package io.taskqueue.source;

import io.taskqueue.event.Position;
import java.util.Optional;

/**
 * What a source had not replicated when it was closed.
 *
 * @param position of the newest event of the queue
 * @param replicatedUpTo the highest position below which all is acknowledged
 * @param notReplicated how many events Kafka has not acknowledged; it may still hold some of them
 * @param lastError why the source stopped, or why it could not send the rest
 */
public record CloseReport(Position position, Position replicatedUpTo, long notReplicated, Optional<String> lastError) {

    /** Whether every event of the queue is on Kafka. */
    public boolean complete() {
        return notReplicated == 0;
    }
}
