package io.taskqueue.streams.topics;

import io.taskqueue.kafka.TopicAdmin;

/** The sizes of records that a sink derives from records of the event topic. */
public final class RecordSizes {

    /** The additional size of an event in flight, or of a dead letter, compared to the record that it was created from. */
    private static final int ENVELOPE = 64 * 1024;

    private RecordSizes() {}

    /** The size of the largest record derived from one of the event topic. */
    public static int withEnvelope(int maxMessageBytes) {
        return (int) Math.min(
                Integer.MAX_VALUE, (long) Math.max(maxMessageBytes, TopicAdmin.DEFAULT_MAX_MESSAGE_BYTES) + ENVELOPE);
    }

    /** The size of the largest record of the event topic for which a record of this size is large enough. */
    public static int withoutEnvelope(int derivedBytes) {
        return derivedBytes - ENVELOPE;
    }
}
