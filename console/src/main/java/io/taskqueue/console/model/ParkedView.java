package io.taskqueue.console.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A task with parked events at a sink.
 *
 * @param sink the sink
 * @param queueName the queue
 * @param taskId the task
 * @param state parked, ambiguous, redriven or discarded
 * @param kind the kind of its first parked event
 * @param epoch the epoch of the position of that event
 * @param sequence the sequence number of that position
 * @param partition its partition
 * @param offset its offset
 * @param since when it was parked, the last time
 * @param round how often it was parked
 * @param attempts how many attempts the effect had
 * @param effect the name of the effect that failed, or null
 * @param error the error
 * @param following how many more events of the task wait for it
 * @param payload the payload as JSON or text; null if payloads are hidden, or the event was published without it
 */
public record ParkedView(
        String sink,
        String queueName,
        String taskId,
        String state,
        String kind,
        long epoch,
        long sequence,
        int partition,
        long offset,
        Instant since,
        int round,
        int attempts,
        @Nullable String effect,
        String error,
        int following,
        @Nullable String payload) {}
