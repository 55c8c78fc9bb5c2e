package io.taskqueue.streams.state;

import java.util.Optional;

/**
 * The stored form of an event in flight.
 *
 * <pre>
 *   topic id 16 | offset 8                                                                                     the key
 *   version 1 | kind 1 (0 first, 1 recorded only, 2 held, 3 rerun) | generation 4 | round 4 | the event's JSON
 *   version 1 | kind 2 | a record that is held
 * </pre>
 */
public final class InFlightFormat {

    public static final byte VERSION = 1;
    public static final byte FIRST = 0;
    public static final byte RECORDED_ONLY = 1;
    public static final byte HELD = 2;
    public static final byte RERUN = 3;

    private InFlightFormat() {}

    /** Opens a stored event, before its kind. */
    public static StateReader open(byte[] stored) {
        return StateReader.value("event in flight", VERSION, stored);
    }

    /** The offset of the event in its partition of the event topic, from the key under which it is stored. */
    public static long offset(byte[] key) {
        StateReader in = StateReader.key(key);
        var unusedTopic = in.readKafkaUuid();
        return in.readLong();
    }

    public static boolean isHeld(byte[] stored) {
        return open(stored).readByte() == HELD;
    }

    /** The event's JSON; empty for one that is replayed or held, for which no checkpoint waits. */
    public static Optional<byte[]> firstDelivery(byte[] stored) {
        StateReader in = open(stored);
        if (in.readByte() != FIRST) {
            return Optional.empty();
        }
        in.readInt();
        in.readInt();
        return Optional.of(in.readRest());
    }
}
