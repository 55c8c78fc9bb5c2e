package io.taskqueue.console.sinks;

import io.taskqueue.kafka.TopicNames;
import java.time.Duration;
import java.util.Map;

/**
 * How an index of sinks reads a cluster; validated when it is built.
 *
 * @param kafka Kafka's properties, with the prefixes of clients
 * @param topic the event topic
 * @param registryTopic the registry of sources
 * @param times how often, and how long
 * @param bounds how much is held
 */
record SinkIndexSettings(Map<String, Object> kafka, String topic, String registryTopic, Times times, Bounds bounds) {

    /**
     * Times.
     *
     * @param interval how often offsets and changelogs are read
     * @param discovery how often sinks are looked for
     * @param request how long one request to the cluster may take
     * @param stalledAfter how long the owner of a queue may be overdue before it counts as stalled
     */
    record Times(Duration interval, Duration discovery, Duration request, Duration stalledAfter) {

        static final Times DEFAULTS = new Times(
                Duration.ofSeconds(1), Duration.ofSeconds(10), Duration.ofSeconds(15), Duration.ofSeconds(15));

        Times {
            requirePositive(interval, "interval");
            requirePositive(discovery, "discovery");
            requirePositive(request, "requestTimeout");
            requirePositive(stalledAfter, "stalledAfter");
        }

        private static void requirePositive(Duration time, String setting) {
            if (time.isNegative() || time.isZero()) {
                throw new IllegalArgumentException(
                        setting + " of the index of sinks is " + time + ", but it must be longer than 0. Raise it.");
            }
        }
    }

    /**
     * Bounds of what is held in memory.
     *
     * @param sinks how many sinks are followed
     * @param parkedBytes of each sink, the size of parked events beyond which their number is unknown
     * @param resultBytes of each sink, the size of the newest results of effects; older ones are read when they are asked for
     * @param failures of each sink, how many recorded failures are counted; beyond, their number is unknown
     */
    record Bounds(int sinks, long parkedBytes, long resultBytes, int failures) {

        static final Bounds DEFAULTS = new Bounds(200, 64L << 20, 32L << 20, 1_000_000);

        Bounds {
            requirePositive(sinks, "maxSinks");
            requirePositive(parkedBytes, "maxParkedBytes");
            requirePositive(resultBytes, "maxResultBytes");
            requirePositive(failures, "maxFailures");
        }

        private static void requirePositive(long bound, String setting) {
            if (bound < 1) {
                throw new IllegalArgumentException(
                        setting + " of the index of sinks is " + bound + ", but it must be at least 1. Raise it.");
            }
        }
    }

    SinkIndexSettings {
        kafka = Map.copyOf(kafka);
        if (topic.equals(registryTopic)) {
            throw new IllegalArgumentException("The event topic and the registry of sources are both " + topic
                    + ". Name the topics that the sources use, by default " + TopicNames.EVENTS + " and "
                    + TopicNames.REGISTRY + ".");
        }
    }
}
