package io.taskqueue.event;

import java.util.Arrays;
import java.util.Optional;

/** What marks an event beyond its kind. */
public enum EventFlag {
    /** The task left its queue because the queue was drained or closed. */
    FROM_DRAIN("FromDrain"),
    /** The lease ended because it ran out or was revoked, not because its holder ended it. */
    FROM_EXPIRATION("FromExpiration"),
    /** The task is dead: it will not be tried again. */
    DEAD_LETTER("DeadLetter");

    private final String wireName;

    EventFlag(String wireName) {
        this.wireName = wireName;
    }

    /** The name in the replicated JSON. */
    public String wireName() {
        return wireName;
    }

    /** The flag of that name in the replicated JSON, or empty where this version knows none. */
    public static Optional<EventFlag> ofWireName(String name) {
        return Arrays.stream(values())
                .filter(flag -> flag.wireName.equals(name))
                .findFirst();
    }
}
