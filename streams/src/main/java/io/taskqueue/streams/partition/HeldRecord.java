package io.taskqueue.streams.partition;

import io.taskqueue.streams.state.StateReader;
import io.taskqueue.streams.state.StateWriter;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A whole record of the event topic, as the sink stores it where it halts before it.
 *
 * <pre>
 *   timestamp 8 | key 4 + n | value 4 + n | number of headers 4 | for each: its name 4 + n | its value 4 + n
 *   where a length of -1 stands for none
 * </pre>
 */
public record HeldRecord(long timestamp, @Nullable Bytes key, @Nullable Bytes value, Headers headers) {

    void write(StateWriter out) {
        out.putLong(timestamp).putArray(bytes(key)).putArray(bytes(value));
        Header[] all = headers.toArray();
        out.putInt(all.length);
        for (Header header : all) {
            out.putText(header.key()).putArray(header.value());
        }
    }

    @SuppressWarnings("NullAway") // a header may have no value
    static HeldRecord read(StateReader in) {
        long timestamp = in.readLong();
        Bytes key = Bytes.wrap(in.readArray());
        Bytes value = Bytes.wrap(in.readArray());
        Headers headers = new RecordHeaders();
        for (int left = in.readInt(); left > 0; left--) {
            headers.add(in.readText(), in.readArray());
        }
        return new HeldRecord(timestamp, key, value, headers);
    }

    private static byte @Nullable [] bytes(@Nullable Bytes bytes) {
        return bytes == null ? null : bytes.get();
    }
}
