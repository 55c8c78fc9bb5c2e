package io.taskqueue.event;

import java.util.Arrays;
import java.util.Optional;

/** A mark that an event carries in addition to its kind. */
public enum EventFlag {
    /** The task left its queue because the queue was drained or closed. */
    FROM_DRAIN("FromDrain"),
    /** The lease ended because it expired or was revoked, not because its holder ended it. */
    FROM_EXPIRATION("FromExpiration"),
    /** The task is dead: there will be no further attempt. */
    DEAD_LETTER("DeadLetter"),
    /** The task was left for the next owner of its queue, and not handed to a caller: a recovery restores it. */
    HAND_OVER("HandOver");

    private final String wireName;

    EventFlag(String wireName) {
        this.wireName = wireName;
    }

    /** The name in the replicated JSON. */
    public String wireName() {
        return wireName;
    }

    /** The flag with that name in the replicated JSON, or empty if this version does not know it. */
    public static Optional<EventFlag> ofWireName(String name) {
        return Arrays.stream(values())
                .filter(flag -> flag.wireName.equals(name))
                .findFirst();
    }
}
