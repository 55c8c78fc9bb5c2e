package io.taskqueue.console.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An event.
 *
 * @param queueName its queue
 * @param taskId the identity of its task; null for the start of a source
 * @param kind its kind as on the wire
 * @param epoch the epoch of its position
 * @param sequence the sequence number of its position
 * @param partition its partition of the event topic
 * @param offset its offset there
 * @param occurredAt when it occurred
 * @param attempt the attempt of the task; 0 for the start of a source
 * @param lease the lease and the worker, or null
 * @param leaseExpiration when the lease expires, or null
 * @param availableAt when the next attempt may begin, or null
 * @param error the error, or null
 * @param payload the payload as JSON or text; null if payloads are hidden, or the event was published without it
 */
public record EventView(
        String queueName,
        @Nullable String taskId,
        String kind,
        long epoch,
        long sequence,
        int partition,
        long offset,
        Instant occurredAt,
        int attempt,
        @Nullable String lease,
        @Nullable Instant leaseExpiration,
        @Nullable Instant availableAt,
        @Nullable String error,
        @Nullable String payload) {

    /** This event, with its payload hidden. */
    public EventView withoutPayload() {
        return payload == null
                ? this
                : new EventView(
                        queueName,
                        taskId,
                        kind,
                        epoch,
                        sequence,
                        partition,
                        offset,
                        occurredAt,
                        attempt,
                        lease,
                        leaseExpiration,
                        availableAt,
                        error,
                        null);
    }
}
