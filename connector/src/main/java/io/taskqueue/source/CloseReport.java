package io.taskqueue.source;

import io.taskqueue.event.Position;
import io.taskqueue.source.unreplicated.UnreplicatedEvents;
import java.util.Optional;

/**
 * What a source had not replicated when it was closed.
 *
 * @param position of the newest event of the queue
 * @param replicatedUpTo the highest position below which all is acknowledged
 * @param notReplicated how many events Kafka has not acknowledged; it may still hold some of them
 * @param lastError why the source stopped, or why it could not send the rest
 * @param unreplicated those events, to be kept and published later: {@link
 *     io.taskqueue.source.unreplicated.UnreplicatedFile} writes and reads them, {@link EventResend} publishes them. Fewer than {@code
 *     notReplicated} if the source stopped by itself while its queue was in use: what came after that is only counted
 */
public record CloseReport(
        Position position,
        Position replicatedUpTo,
        long notReplicated,
        Optional<String> lastError,
        UnreplicatedEvents unreplicated) {

    /** Whether every event of the queue is on Kafka. */
    public boolean complete() {
        return notReplicated == 0;
    }
}
