package io.taskqueue.console.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a sink has recorded of one effect of a task.
 *
 * @param sink the sink
 * @param epoch the epoch of the position of the event
 * @param sequence the sequence number of that position
 * @param effect the effect's name
 * @param key its idempotency key
 * @param generation the generation of the replay that ran it; 0 for the first run
 * @param recordedAt when it was recorded
 * @param outcome succeeded, failed or unknown
 * @param result the result or the error as text; null without a result, or if payloads are hidden
 */
public record TaskEffect(
        String sink,
        long epoch,
        long sequence,
        String effect,
        String key,
        int generation,
        Instant recordedAt,
        String outcome,
        @Nullable String result) {}
