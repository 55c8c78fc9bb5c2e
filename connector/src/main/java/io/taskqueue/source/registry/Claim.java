package io.taskqueue.source.registry;

import io.taskqueue.event.QueueName;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * An entry of the registry: this instance of a source owns this queue, until a newer claim exists.
 *
 * <p>A record of the registry topic. Key: the queue's name in UTF-8; value: a JSON object
 *
 * <pre>
 *   {"queueName":…, "instanceId":…, "sourcePeerId":…, "claimedAt":…, "topic":…, "partitions":…}
 * </pre>
 *
 * <p>The epoch is the record's offset and not part of the value. Fields are only ever added; a reader ignores those it does
 * not know.
 *
 * @param queueName the queue that is claimed
 * @param epoch the claim's offset in the registry topic
 * @param instanceId unique to the instance of the source
 * @param sourcePeerId the named process that claims
 * @param claimedAt when, by the claimant's clock
 * @param home where the queue's events go, if the claim contains it
 */
public record Claim(
        String queueName, long epoch, UUID instanceId, String sourcePeerId, Instant claimedAt, Optional<Home> home) {

    /**
     * Where a queue's events go.
     *
     * @param topic the event topic
     * @param partitions how many partitions it had when the queue was first claimed, which decides the queue's partition; later claims of the
     *     queue keep the number, although partitions were added
     */
    public record Home(String topic, int partitions) {}

    /** The same claim as written at an offset of the registry. */
    Claim at(long offset) {
        return new Claim(queueName, offset, instanceId, sourcePeerId, claimedAt, home);
    }

    /** @throws IllegalArgumentException if the queue's name is not legal or the epoch negative */
    public Claim {
        QueueName.require(queueName);
        Objects.requireNonNull(instanceId, "instanceId");
        Objects.requireNonNull(sourcePeerId, "sourcePeerId");
        Objects.requireNonNull(claimedAt, "claimedAt");
        Objects.requireNonNull(home, "home");
        if (epoch < 0) {
            throw new IllegalArgumentException("The epoch of a claim is its offset, but this one of queue " + queueName
                    + " has " + epoch + ". Use the offset of the record.");
        }
    }
}
