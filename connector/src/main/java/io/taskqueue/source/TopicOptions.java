package io.taskqueue.source;

import java.util.OptionalInt;

/**
 * The two topics of a source, and how to make them.
 *
 * @param events the event topic
 * @param registry the registry topic
 * @param partitions of the event topic; if given, an existing topic must have as many
 * @param replicationFactor of both, or -1 for the broker's default
 * @param create whether to make what is missing
 */
record TopicOptions(String events, String registry, OptionalInt partitions, int replicationFactor, boolean create) {

    /** The partitions of a new event topic, if the user gives no number. */
    static final int DEFAULT_PARTITIONS = 12;

    TopicOptions {
        if (events.equals(registry)) {
            throw new IllegalArgumentException("The event topic and the registry topic are both " + events
                    + ", but one is never compacted and the other always. Name two topics.");
        }
        if (replicationFactor != -1 && (replicationFactor < 1 || replicationFactor > Short.MAX_VALUE)) {
            throw new IllegalArgumentException("replicationFactor is " + replicationFactor + ". Give 1 to "
                    + Short.MAX_VALUE + ", or -1 for the broker's default.");
        }
        if (partitions.isPresent() && partitions.getAsInt() < 1) {
            throw new IllegalArgumentException(
                    "partitions is " + partitions.getAsInt() + ". Give at least 1, and enough for all time.");
        }
    }
}
