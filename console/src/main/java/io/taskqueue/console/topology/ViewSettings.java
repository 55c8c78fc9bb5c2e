package io.taskqueue.console.topology;

import io.taskqueue.console.fold.FoldBounds;
import io.taskqueue.queue.Ticker;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The settings of a {@link ViewService}, validated.
 *
 * @param name the application id of Kafka Streams
 * @param topic the event topic
 * @param kafka a user's Kafka properties
 */
record ViewSettings(
        String name,
        String topic,
        Map<String, Object> kafka,
        Path stateDirectory,
        Limits limits,
        Instruments instruments) {

    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9._-]{1,200}");

    /**
     * What is kept, and how long is waited.
     *
     * @param samples how many samples of histories are kept in memory, of all queues together
     * @param lifeTimeout how long reading the events of a task may take
     * @param checkInterval how often it is checked whether the event topic was recreated or has more partitions
     */
    record Limits(FoldBounds fold, int samples, long stateMemory, Duration lifeTimeout, Duration checkInterval) {}

    /** Time. */
    record Instruments(Clock clock, Ticker ticker) {}

    private static final long LEAST_STATE_MEMORY = 8L * 1024 * 1024;

    ViewSettings {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "The name of the console is '" + name
                            + "'. It names a consumer group and topics: use up to 200 letters, digits, dots, hyphens and underscores.");
        }
        if (topic.isEmpty()) {
            throw new IllegalArgumentException("The name of the event topic is empty. Name a topic.");
        }
        kafka = Map.copyOf(kafka);
        requireAtLeast("samples of histories", limits.samples(), 1);
        requireAtLeast("memory of the local state, in bytes,", limits.stateMemory(), LEAST_STATE_MEMORY);
        requirePositive("time for reading a task's events", limits.lifeTimeout());
        requirePositive("interval between checks of the event topic", limits.checkInterval());
    }

    private static void requireAtLeast(String what, long number, long least) {
        if (number < least) {
            throw new IllegalArgumentException(
                    "The number for " + what + " of the console is " + number + ". Set it to at least " + least + ".");
        }
    }

    private static void requirePositive(String what, Duration duration) {
        if (duration.toMillis() < 1) {
            throw new IllegalArgumentException(
                    "The " + what + " of the console is " + duration + ". Set it to at least a millisecond.");
        }
    }
}
