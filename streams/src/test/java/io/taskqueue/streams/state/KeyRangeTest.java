package io.taskqueue.streams.state;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.Test;

class KeyRangeTest {

    @Test
    void boundsIncludeExactlyTheKeysWithAPrefix() {
        Bytes prefix = Bytes.wrap(new byte[] {1, -1, -1});

        assertThat(KeyRange.endOf(prefix)).isEqualTo(Bytes.wrap(new byte[] {2}));
        assertThat(KeyRange.after(prefix)).isGreaterThan(prefix).isLessThan(Bytes.wrap(new byte[] {1, -1, -1, 0, 0}));
    }
}
