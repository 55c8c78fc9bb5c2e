package io.taskqueue.event;

import java.util.Objects;
import java.util.UUID;

/**
 * The fencing token of a lease: hand it to whatever the worker writes to, so that a worker that lost its lease is refused.
 *
 * @param sequenceId the task's sequence id, at least 1
 * @param attempt the attempt that the lease is for, counted from 1
 * @param leaseId unique to the lease
 */
public record OwnershipToken(long sequenceId, int attempt, UUID leaseId) {

    /** @throws IllegalArgumentException if a number is below 1 */
    public OwnershipToken {
        Objects.requireNonNull(leaseId, "leaseId");
        if (sequenceId < 1 || attempt < 1) {
            throw new IllegalArgumentException(
                    "An ownership token counts tasks and attempts from 1, but this is sequence id " + sequenceId
                            + ", attempt " + attempt + ".");
        }
    }
}
