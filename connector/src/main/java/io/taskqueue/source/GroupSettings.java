package io.taskqueue.source;

import io.micrometer.core.instrument.MeterRegistry;
import io.taskqueue.config.DurationText;
import io.taskqueue.source.confirm.RegistryTail;
import io.taskqueue.source.publish.SourceTime;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The settings that the sources of a group share: immutable, and validated here once.
 *
 * @param sourcePeer the name of the process
 * @param bufferBytes how many bytes of events of all queues may wait for Kafka
 * @param markInterval the minimum time between two low-water marks of a queue
 */
record GroupSettings(
        KafkaSettings kafka,
        Topics topics,
        String sourcePeer,
        long bufferBytes,
        Environment environment,
        Duration markInterval) {

    GroupSettings {
        if (bufferBytes < 1) {
            throw new IllegalArgumentException(
                    "bufferBytes of a source group is " + bufferBytes + ". Set it to at least 1.");
        }
        if (markInterval.isNegative() || markInterval.isZero()) {
            throw new IllegalArgumentException("markInterval is " + markInterval
                    + ", but low-water marks are published in an interval. Set it to a time above zero, such as 5 s.");
        }
    }

    /**
     * The two topics of a group, and how to create them.
     *
     * @param events the event topic
     * @param registry the registry topic
     * @param partitions of the event topic; if given, an existing topic must have at least as many
     * @param replicationFactor of both, or -1 for the broker's default
     * @param create whether to create a topic that does not exist
     * @param maxRecordBytes a limit of a record, below what the topic and the producer allow
     */
    record Topics(
            String events,
            String registry,
            OptionalInt partitions,
            int replicationFactor,
            boolean create,
            OptionalInt maxRecordBytes) {

        /** The partitions of a new event topic, if the user gives no number. */
        static final int DEFAULT_PARTITIONS = 12;

        Topics {
            if (events.equals(registry)) {
                throw new IllegalArgumentException("The event topic and the registry topic are both " + events
                        + ", but one is never compacted and the other always. Name two topics.");
            }
            if (replicationFactor != -1 && (replicationFactor < 1 || replicationFactor > Short.MAX_VALUE)) {
                throw new IllegalArgumentException("replicationFactor is " + replicationFactor + ". Set it to 1 to "
                        + Short.MAX_VALUE + ", or to -1 for the broker's default.");
            }
            if (partitions.isPresent() && partitions.getAsInt() < 1) {
                throw new IllegalArgumentException("partitions is " + partitions.getAsInt()
                        + ". Set it to at least 1, and high enough permanently: it cannot be changed.");
            }
            if (maxRecordBytes.isPresent() && maxRecordBytes.getAsInt() < 1) {
                throw new IllegalArgumentException("maxRecordBytes is " + maxRecordBytes.getAsInt()
                        + ", in which no event fits. Set it to the size of the largest record, or leave it out.");
            }
        }
    }

    /**
     * What surrounds a group: where it is measured, its time, and its time limits.
     *
     * @param meters where it is measured, if it is
     * @param queueSeries how many queues are measured each by itself
     * @param showsKafka whether the meters of its Kafka clients are registered as well
     * @param closeTimeout how long closing may take
     * @param ownershipStrict how long after the registry was read leases may be granted, if that limits them
     */
    record Environment(
            Optional<MeterRegistry> meters,
            int queueSeries,
            boolean showsKafka,
            SourceTime time,
            Duration closeTimeout,
            Optional<Duration> ownershipStrict) {

        /** Several reads of the registry must fail before leasing is suspended, not a single slow one. */
        static final Duration SHORTEST_OWNERSHIP = RegistryTail.INTERVAL.multipliedBy(4);

        private static final Duration LONGEST_READ = Duration.ofSeconds(5);

        Environment {
            if (queueSeries < 0) {
                throw new IllegalArgumentException("A source group cannot measure " + queueSeries
                        + " queues each by itself. Set queueSeries to the number that may have meters of their own, or to 0 if all"
                        + " queues share some.");
            }
            ownershipStrict.ifPresent(limit -> {
                if (limit.compareTo(SHORTEST_OWNERSHIP) < 0) {
                    throw new IllegalArgumentException("ownershipStrict is " + DurationText.of(limit)
                            + ", but the registry is read every " + DurationText.of(RegistryTail.INTERVAL)
                            + ", and a single slow read must not suspend leasing. Set it to at least "
                            + DurationText.of(SHORTEST_OWNERSHIP) + ".");
                }
            });
        }

        /** How long a read of the registry may wait for an answer: less than the limit of leasing, so that it is known why it was reached. */
        Duration registryTimeout(Duration apiTimeout) {
            Duration longest = ownershipStrict
                    .map(limit -> limit.dividedBy(2))
                    .filter(half -> half.compareTo(LONGEST_READ) < 0)
                    .orElse(LONGEST_READ);
            return longest.compareTo(apiTimeout) < 0 ? longest : apiTimeout;
        }

        /** Where the meters of Kafka's clients are shown, if they are. */
        Optional<MeterRegistry> kafkaMeters() {
            return showsKafka ? meters : Optional.empty();
        }
    }
}
