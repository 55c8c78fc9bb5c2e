package io.taskqueue.console.model;

import java.time.Instant;

/**
 * Who owns a queue, by the registry.
 *
 * @param peer the name that the owner gave itself
 * @param epoch its epoch
 * @param claimedAt when it claimed the queue
 */
public record QueueOwner(String peer, long epoch, Instant claimedAt) {}
