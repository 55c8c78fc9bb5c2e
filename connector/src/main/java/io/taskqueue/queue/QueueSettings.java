package io.taskqueue.queue;

import io.taskqueue.event.QueueName;
import java.time.Duration;

/** How one queue behaves: immutable, checked once, here. */
record QueueSettings(String name, int capacity, int maxAttempts, Duration closeGrace, LeaseTimes times) {

    QueueSettings {
        QueueName.require(name);
        requireAtLeastOne("capacity", capacity);
        requireAtLeastOne("maxAttempts", maxAttempts);
        LeaseTimes.requireWithin("closeGrace", closeGrace, Duration.ZERO, Duration.ofDays(365));
    }

    private static void requireAtLeastOne(String setting, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(
                    setting + " is at least 1, but it is " + value + ". Choose a positive number.");
        }
    }
}
