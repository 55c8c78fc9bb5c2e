package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.Position;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.store.EffectResult;
import java.time.Instant;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;

class ResultsAreReadAheadTest {

    private final KeyValueStore<Bytes, byte[]> bytes =
            Stores.inMemoryKeyValueStore("results").get();
    private final ResultsStore store = new ResultsStore("s", bytes);

    @Test
    void eventsThatFollowEachOtherGetTheirOwnResultsAndNoOthers() {
        for (long sequence = 1; sequence <= 300; sequence++) {
            if (sequence % 3 != 0) {
                record("orders", sequence, "first");
                record("mail", sequence, "of another queue");
            }
        }

        for (long sequence = 1; sequence <= 300; sequence++) {
            assertThat(store.of("orders", at(sequence)).results())
                    .as("event %d", sequence)
                    .isEqualTo(sequence % 3 == 0 ? Map.of() : Map.of(key("orders", sequence), done("first")));
        }
    }

    @Test
    void twoQueuesInTurnGetTheirOwnResults() {
        for (long sequence = 1; sequence <= 100; sequence++) {
            record("orders", sequence, "an order");
            record("mail", sequence, "a mail");
        }

        for (long sequence = 1; sequence <= 100; sequence++) {
            assertThat(store.of("orders", at(sequence)).results())
                    .containsExactly(Map.entry(key("orders", sequence), done("an order")));
            assertThat(store.of("mail", at(sequence)).results())
                    .containsExactly(Map.entry(key("mail", sequence), done("a mail")));
        }
    }

    @Test
    void whatChangesAfterItWasReadAheadIsSeenAsItIs() {
        record("orders", 4, "forgotten");
        store.of("orders", at(1));
        store.of("orders", at(2)); // the second in a row: what follows is read ahead

        record("orders", 3, "late");
        store.forget("orders", at(4));
        store.intend(new Intent(key("orders", 5), 5, false), Instant.EPOCH);
        store.intend(new Intent(key("orders", 6), 6, false), Instant.EPOCH);
        store.withdraw(key("orders", 6));

        assertThat(store.of("orders", at(3)).results()).containsValue(done("late"));
        assertThat(store.of("orders", at(4))).isEqualTo(RecordedResults.NONE);
        assertThat(store.of("orders", at(5)).intents()).containsExactly(key("orders", 5));
        assertThat(store.of("orders", at(6))).isEqualTo(RecordedResults.NONE);
    }

    @Test
    void whatIsPurgedIsNotAnsweredFromWhatWasReadAhead() {
        for (long sequence = 1; sequence <= 20; sequence++) {
            record("orders", sequence, "old");
        }
        store.of("orders", at(1));
        store.of("orders", at(2));

        store.purge("orders", null, 11, offset -> false, 100);

        assertThat(store.of("orders", at(3))).isEqualTo(RecordedResults.NONE);
        assertThat(store.of("orders", at(12)).results()).containsValue(done("old"));
    }

    private void record(String queue, long sequence, String result) {
        store.record(key(queue, sequence), sequence, Instant.EPOCH, done(result));
    }

    private static EffectKey key(String queue, long sequence) {
        return new EffectKey("s", 0, queue, at(sequence), "call");
    }

    private static EffectResult done(String result) {
        return new EffectResult.Done("string", '"' + result + '"');
    }

    private static Position at(long sequence) {
        return new Position(1, sequence);
    }
}
