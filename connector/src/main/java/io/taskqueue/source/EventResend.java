package io.taskqueue.source;

import io.taskqueue.event.Position;
import io.taskqueue.kafka.KafkaRequests;
import io.taskqueue.kafka.TopicAdmin;
import io.taskqueue.kafka.TopicReader;
import io.taskqueue.source.publish.EventRecords;
import io.taskqueue.source.publish.UnreplicatedPublisher;
import io.taskqueue.source.registry.Claim;
import io.taskqueue.source.registry.ClaimRegistry;
import io.taskqueue.source.unreplicated.EventOrigin;
import io.taskqueue.source.unreplicated.UnreplicatedEvents;
import java.time.Duration;
import java.util.Map;
import java.util.function.LongConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.jspecify.annotations.Nullable;

/**
 * Publishes events that a source could not replicate before it ended: with their own positions, in order, to the partition of
 * their queue. Sinks then receive the history without a gap.
 *
 * <p>Only while no other source has claimed the queue since: behind the claim of a newer source, sinks drop them as stale. Events
 * that Kafka holds already, because it stored them without acknowledging them or because they were published before, are
 * written again, and sinks drop them as duplicates.
 *
 * <p>Stateless between calls; for one thread. Methods throw {@link org.apache.kafka.common.KafkaException} if Kafka does not
 * answer.
 */
public final class EventResend {

    private final KafkaSettings kafka;
    private final Duration timeout;

    /**
     * Creates a resend for one cluster.
     *
     * @param kafka the properties of the Kafka clients, as for a source
     * @throws IllegalArgumentException if {@code bootstrap.servers} is missing, or a property would break a guarantee
     */
    public EventResend(Map<String, ?> kafka) {
        this.kafka = new KafkaSettings(kafka);
        this.timeout = this.kafka.apiTimeout();
    }

    /**
     * Checks that the events can be published now: their source made the newest claim of the queue, and the event topic is the one
     * that they were written for.
     *
     * @throws ResendRefusedException if they cannot; the message names the owner of the queue, or what else differs
     */
    public void requirePossible(UnreplicatedEvents events) throws InterruptedException {
        EventOrigin origin = events.origin();
        Claim newest = newestClaim(origin);
        if (newest == null) {
            throw new ResendRefusedException("Registry " + origin.registryTopic()
                    + " of this cluster has no claim of queue "
                    + origin.queueName() + ", but the events were written by a source with epoch " + origin.epoch()
                    + ". Check that this is the cluster of that source.");
        }
        if (newest.epoch() != origin.epoch() || !newest.instanceId().equals(origin.instanceId())) {
            throw new ResendRefusedException("Queue " + origin.queueName() + " belongs to " + newest.sourcePeerId()
                    + " since " + newest.claimedAt() + " (epoch " + newest.epoch() + ", instance " + newest.instanceId()
                    + "), but the events were written by a source with epoch " + origin.epoch() + " (instance "
                    + origin.instanceId()
                    + "): sinks would drop them as stale. Compare the tasks in them with the outcome"
                    + " at the target, and enqueue again those that are not done.");
        }
        int partitions = partitionsOf(origin.topic());
        int expected = EventRecords.partitionOf(origin.queueName(), partitions);
        if (expected != origin.partition()) {
            throw new ResendRefusedException("Topic " + origin.topic() + " has " + partitions + " partitions, so queue "
                    + origin.queueName() + " is in partition " + expected + ", but the events belong to partition "
                    + origin.partition() + ": the topic was recreated or extended. Restore it.");
        }
    }

    /**
     * Publishes the events, each after the one before it is acknowledged. If it fails, what is published stays, and it can be
     * called again.
     *
     * @param progress called with the number of events that are acknowledged
     * @return the position of the last event that was published
     * @throws ResendRefusedException if the events cannot be published, or if another source claimed the queue meanwhile
     */
    public Position publish(UnreplicatedEvents events, LongConsumer progress) throws InterruptedException {
        requirePossible(events);
        EventOrigin origin = events.origin();
        try (UnreplicatedPublisher publisher = new UnreplicatedPublisher(
                kafka.producer(kafka.maxRequestBytes()), origin, new KafkaRequests(timeout))) {
            publisher.publish(events, progress);
        }
        Claim newest = newestClaim(origin);
        if (newest == null || newest.epoch() != origin.epoch()) {
            throw new ResendRefusedException("Queue " + origin.queueName() + " was claimed by "
                    + (newest == null ? "an unknown source" : newest.sourcePeerId() + " (epoch " + newest.epoch() + ")")
                    + " while its events were published: sinks drop those that are behind that claim as stale. Compare the"
                    + " tasks in them with the outcome at the target.");
        }
        return events.last();
    }

    private @Nullable Claim newestClaim(EventOrigin origin) {
        try (TopicReader reader = TopicReader.open(kafka.all(), IsolationLevel.READ_UNCOMMITTED, timeout)) {
            return new ClaimRegistry(reader, origin.registryTopic())
                    .read()
                    .claims()
                    .get(origin.queueName());
        }
    }

    private int partitionsOf(String topic) throws InterruptedException {
        try (TopicAdmin admin = TopicAdmin.open(kafka.all(), timeout)) {
            return admin.describe(topic)
                    .map(description -> description.partitions().size())
                    .orElseThrow(() -> new ResendRefusedException("Topic " + topic
                            + " does not exist on this cluster, but the events were written for it. Check that this is the"
                            + " cluster of their source."));
        }
    }
}
