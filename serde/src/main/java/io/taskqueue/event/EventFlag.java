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
    FROM_DRAIN("FromDrain", 1),
    /** The lease ended because it expired or was revoked, not because its holder ended it. */
    FROM_EXPIRATION("FromExpiration", 2),
    /** The task is dead: there will be no further attempt. */
    DEAD_LETTER("DeadLetter", 4),
    /** The task was left for the next owner of its queue, and not handed to a caller: a recovery restores it. */
    HAND_OVER("HandOver", 8);

    /** Each combination once, so that an event allocates no set. */
    private static final List<Set<EventFlag>> SETS = sets();

    private final String wireName;
    private final int bit;

    EventFlag(String wireName, int bit) {
        this.wireName = wireName;
        this.bit = bit;
    }

    /** The bit of the flag in the argument of {@link #set(int)}. */
    int bit() {
        return bit;
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
                if ((bits & flag.bit) != 0) {
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
            bits |= flag.bit;
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
