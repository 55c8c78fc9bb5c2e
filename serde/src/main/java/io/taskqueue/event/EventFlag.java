package io.taskqueue.event;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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

    /** Each combination once, so that an event allocates no set: the bit of a flag is that of its ordinal. */
    private static final List<Set<EventFlag>> SETS = sets();

    private final String wireName;

    EventFlag(String wireName) {
        this.wireName = wireName;
    }

    /** The name in the replicated JSON. */
    public String wireName() {
        return wireName;
    }

    private static List<Set<EventFlag>> sets() {
        List<Set<EventFlag>> sets = new ArrayList<>();
        for (int bits = 0; bits < 1 << values().length; bits++) {
            Set<EventFlag> set = EnumSet.noneOf(EventFlag.class);
            for (EventFlag flag : values()) {
                if ((bits & 1 << flag.ordinal()) != 0) {
                    set.add(flag);
                }
            }
            sets.add(Collections.unmodifiableSet(set));
        }
        return List.copyOf(sets);
    }

    /** The set of the flags whose bits are set: always the same instance, unmodifiable. */
    static Set<EventFlag> set(int bits) {
        return SETS.get(bits);
    }

    /** The set of some flags, as {@link #set(int)}. */
    static Set<EventFlag> set(EventFlag... flags) {
        int bits = 0;
        for (EventFlag flag : flags) {
            bits |= 1 << flag.ordinal();
        }
        return set(bits);
    }

    /** The flag with that name in the replicated JSON, or empty if this version does not know it. */
    public static Optional<EventFlag> ofWireName(String name) {
        return Arrays.stream(values())
                .filter(flag -> flag.wireName.equals(name))
                .findFirst();
    }
}
