package io.taskqueue.streams;

import java.util.Arrays;
import org.apache.kafka.common.utils.Bytes;

/** Bounds of ranges of keys, which are ordered byte by byte. */
final class KeyOrder {

    private KeyOrder() {}

    /** The least key behind another. */
    static Bytes behind(Bytes key) {
        return Bytes.wrap(Arrays.copyOf(key.get(), key.get().length + 1));
    }

    /** The least key behind all that begin with a prefix, which is not all of the highest byte. */
    static Bytes behindAllOf(Bytes prefix) {
        byte[] end = prefix.get().clone();
        int last = end.length - 1;
        while (end[last] == -1) {
            last--;
        }
        end[last]++;
        return Bytes.wrap(Arrays.copyOf(end, last + 1));
    }
}
