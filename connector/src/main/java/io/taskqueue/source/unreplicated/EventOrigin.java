package io.taskqueue.source.unreplicated;

import io.taskqueue.event.QueueName;
import java.util.Objects;
import java.util.UUID;

/**
 * Which source wrote events, and where it published them.
 *
 * @param queueName the queue
 * @param epoch the epoch of the source: the offset of its claim in the registry
 * @param instanceId the instance of the source
 * @param topic the event topic
 * @param partition the partition of the queue in the event topic
 * @param registryTopic the registry of the claim
 */
public record EventOrigin(
        String queueName, long epoch, UUID instanceId, String topic, int partition, String registryTopic) {

    /** @throws IllegalArgumentException if the queue's name is not legal, or a number is negative */
    public EventOrigin {
        QueueName.require(queueName);
        Objects.requireNonNull(instanceId, "instanceId");
        Objects.requireNonNull(topic, "topic");
        Objects.requireNonNull(registryTopic, "registryTopic");
        if (epoch < 0 || partition < 0) {
            throw new IllegalArgumentException("An epoch and a partition are not negative, but found epoch " + epoch
                    + " and partition " + partition + ". Take both from the source.");
        }
    }
}
