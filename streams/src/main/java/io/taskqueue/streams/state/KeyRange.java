package io.taskqueue.streams.state;

import java.util.Arrays;
import org.apache.kafka.common.utils.Bytes;

/** Bounds of ranges of keys, which are ordered byte by byte. */
public final class KeyRange {

    private KeyRange() {}

    /** The smallest key that is greater than a key. */
    public static Bytes after(Bytes key) {
        return Bytes.wrap(Arrays.copyOf(key.get(), key.get().length + 1));
    }

    /** The smallest key that is greater than all keys with a prefix. The prefix must not consist of the byte 0xFF only. */
    public static Bytes endOf(Bytes prefix) {
        byte[] end = prefix.get().clone();
        int last = end.length - 1;
        while (end[last] == -1) {
            last--;
        }
        end[last]++;
        return Bytes.wrap(Arrays.copyOf(end, last + 1));
    }
}
