package io.taskqueue.streams.clients;

import io.taskqueue.kafka.TopicAdmin;

/** The sizes of records that a sink derives from records of the event topic. */
public final class RecordSizes {

    /** What an event in flight, or a dead letter, has in addition to the record that it is made of. */
    private static final int ENVELOPE = 64 * 1024;

    private RecordSizes() {}

    /** The size of the largest record derived from one of the event topic. */
    public static int withEnvelope(int maxMessageBytes) {
        return (int) Math.min(
                Integer.MAX_VALUE, (long) Math.max(maxMessageBytes, TopicAdmin.DEFAULT_MAX_MESSAGE_BYTES) + ENVELOPE);
    }
}
