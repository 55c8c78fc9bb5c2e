package io.taskqueue.event;

import java.util.Objects;
import java.util.UUID;

/**
 * The fencing token of a lease. A worker passes it with each write to an outside system, so that the system can reject a
 * worker that has lost its lease.
 *
 * @param sequenceId the task's sequence id, at least 1
 * @param attempt the attempt that the lease is for, numbered from 1
 * @param leaseId unique to the lease
 */
public record OwnershipToken(long sequenceId, int attempt, UUID leaseId) {

    /** @throws IllegalArgumentException if a number is below 1 */
    public OwnershipToken {
        Objects.requireNonNull(leaseId, "leaseId");
        if (sequenceId < 1 || attempt < 1) {
            throw new IllegalArgumentException(
                    "An ownership token has a sequence id and an attempt of at least 1, but this one has sequence id "
                            + sequenceId + ", attempt " + attempt + ".");
        }
    }
}
