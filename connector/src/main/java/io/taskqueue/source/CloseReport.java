package io.taskqueue.source;

import io.taskqueue.event.Position;
import java.util.Optional;

/**
 * What a closed source leaves behind.
 *
 * @param position of the newest event taken
 * @param replicatedUpTo the highest position below which all is acknowledged
 * @param notReplicated how many events Kafka has not acknowledged; it may hold some of them all the same
 * @param lastError why the source stopped, or what kept it from sending the rest
 */
public record CloseReport(Position position, Position replicatedUpTo, long notReplicated, Optional<String> lastError) {

    /** Whether every event of the queue is on Kafka. */
    public boolean complete() {
        return notReplicated == 0;
    }
}
