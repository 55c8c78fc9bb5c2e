package io.taskqueue.streams.state;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Bytes;

/**
 * The stored number of records of a partition that could not be decoded, under the one key 1.
 *
 * <pre>
 *   version 1 | count 8 | topic id 16 | offset of the newest 8
 * </pre>
 */
public final class UndecodableFormat {

    /** The one key. */
    public static final Bytes KEY = Bytes.wrap(new byte[] {1});

    private static final byte VERSION = 1;
    private static final int BYTES = 33;

    /**
     * What was stored.
     *
     * @param count the records, since the log held none
     * @param topicId the topic of the newest
     * @param newestOffset the offset of the newest
     */
    public record Stored(long count, Uuid topicId, long newestOffset) {}

    private UndecodableFormat() {}

    public static byte[] write(Stored stored) {
        return StateWriter.value(VERSION, BYTES)
                .putLong(stored.count())
                .putUuid(stored.topicId())
                .putLong(stored.newestOffset())
                .toBytes();
    }

    public static Stored read(byte[] stored) {
        StateReader in = StateReader.value("number of undecodable records", VERSION, stored);
        return new Stored(in.readLong(), in.readKafkaUuid(), in.readLong());
    }
}
