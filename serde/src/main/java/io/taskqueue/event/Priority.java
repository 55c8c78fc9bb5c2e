package io.taskqueue.event;

import java.util.Arrays;
import java.util.Optional;

/** Which of the pending tasks of a queue are leased first. Stated when a task is enqueued, and its own for all its attempts. */
public enum Priority {
    /** Leased when no task of a higher priority is pending. */
    LOW("Low"),
    /** Of every task for which nothing else is stated. */
    NORMAL("Normal"),
    /** Leased before all others. */
    HIGH("High");

    private final String wireName;

    Priority(String wireName) {
        this.wireName = wireName;
    }

    /** The name in the replicated JSON. */
    public String wireName() {
        return wireName;
    }

    /** The priority with that name in the replicated JSON, or empty if this version does not know it. */
    public static Optional<Priority> ofWireName(String name) {
        return Arrays.stream(values())
                .filter(priority -> priority.wireName.equals(name))
                .findFirst();
    }
}
