package io.taskqueue.streams.status;

import io.taskqueue.event.ReplicationEvent;
import java.time.Instant;

/**
 * An event that a sink has applied.
 *
 * @param event the event
 * @param partition its partition of the event topic
 * @param offset its offset there
 * @param replayed whether it was replayed
 * @param appliedAt when it was applied, by the service's clock
 */
public record AppliedEvent<T>(
        ReplicationEvent<T> event, int partition, long offset, boolean replayed, Instant appliedAt) {}
