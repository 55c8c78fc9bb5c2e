package io.taskqueue.streams.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.Test;

class StateKindTest {

    private final MemoryKeyValues store = new MemoryKeyValues();

    @Test
    void eachKindHasItsOwnEntriesUnderItsOwnKeys() {
        for (StateKind kind : StateKind.values()) {
            kind.in(store).put(key(1), value(kind));
            kind.in(store).put(key(0xFF), value(kind));
            kind.in(store).put(Bytes.wrap(new byte[0]), value(kind));
        }

        for (StateKind kind : StateKind.values()) {
            assertThat(keys(kind.in(store).all())).containsExactly(Bytes.wrap(new byte[0]), key(1), key(0xFF));
            assertThat(kind.in(store).get(key(1))).isEqualTo(value(kind));
        }
        StateKind.PARKED.in(store).delete(key(1));
        assertThat(StateKind.PARKED.in(store).get(key(1))).isNull();
        assertThat(StateKind.IN_FLIGHT.in(store).get(key(1))).isNotNull();
    }

    @Test
    void aRangeExcludesItsEndAndStaysWithinItsKind() {
        for (StateKind kind : StateKind.values()) {
            for (int key = 1; key <= 5; key++) {
                kind.in(store).put(key(key), value(kind));
            }
        }

        assertThat(keys(StateKind.CHECKPOINT.in(store).range(key(2), key(4)))).containsExactly(key(2), key(3));
        assertThat(keys(StateKind.CHECKPOINT.in(store).range(key(4), key(0xFF))))
                .containsExactly(key(4), key(5));
    }

    @Test
    void keysOfAChangelogIdentifyTheirKind() {
        StateKind.REPLAY.in(store).put(key(7), value(StateKind.REPLAY));
        byte[] stored = keys(store.all()).get(0).get();

        assertThat(StateKind.REPLAY.owns(stored)).isTrue();
        assertThat(StateKind.PARKED.owns(stored)).isFalse();
        assertThat(StateKind.REPLAY.strip(stored)).isEqualTo(key(7).get());
        assertThat(StateKind.REPLAY.owns(new byte[0])).isFalse();
    }

    private static List<Bytes> keys(KeyValues.Entries entries) {
        List<Bytes> keys = new ArrayList<>();
        try (entries) {
            entries.forEachRemaining(entry -> keys.add(entry.key()));
        }
        return keys;
    }

    private static Bytes key(int key) {
        return Bytes.wrap(new byte[] {(byte) key});
    }

    private static byte[] value(StateKind kind) {
        return kind.name().getBytes(StandardCharsets.UTF_8);
    }
}
