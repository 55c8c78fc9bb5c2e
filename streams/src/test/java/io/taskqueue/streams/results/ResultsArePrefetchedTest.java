package io.taskqueue.streams.results;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.Position;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.streams.state.MemoryKeyValues;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResultsArePrefetchedTest {

    private final ResultsStore store = new ResultsStore("s", new MemoryKeyValues());

    @Test
    void consecutiveEventsGetTheirOwnResultsOnly() {
        for (long sequence = 1; sequence <= 300; sequence++) {
            if (sequence % 3 != 0) {
                record("orders", sequence, "first");
                record("mail", sequence, "of another queue");
            }
        }

        for (long sequence = 1; sequence <= 300; sequence++) {
            assertThat(store.find("orders", at(sequence)).results())
                    .as("event %d", sequence)
                    .isEqualTo(sequence % 3 == 0 ? Map.of() : Map.of(key("orders", sequence), done("first")));
        }
    }

    @Test
    void alternatingQueuesGetTheirOwnResults() {
        for (long sequence = 1; sequence <= 100; sequence++) {
            record("orders", sequence, "an order");
            record("mail", sequence, "a mail");
        }

        for (long sequence = 1; sequence <= 100; sequence++) {
            assertThat(store.find("orders", at(sequence)).results())
                    .containsExactly(Map.entry(key("orders", sequence), done("an order")));
            assertThat(store.find("mail", at(sequence)).results())
                    .containsExactly(Map.entry(key("mail", sequence), done("a mail")));
        }
    }

    @Test
    void changesAfterPrefetchingAreFound() {
        record("orders", 4, "forgotten");
        store.find("orders", at(1));
        store.find("orders", at(2)); // the second consecutive one: the following results are prefetched

        record("orders", 3, "late");
        store.delete("orders", at(4));
        store.intend(key("orders", 5), 5, Instant.EPOCH, false);
        store.intend(key("orders", 6), 6, Instant.EPOCH, false);
        store.withdraw(key("orders", 6));

        assertThat(store.find("orders", at(3)).results()).containsValue(done("late"));
        assertThat(store.find("orders", at(4))).isEqualTo(RecordedResults.NONE);
        assertThat(store.find("orders", at(5)).intents()).containsExactly(key("orders", 5));
        assertThat(store.find("orders", at(6))).isEqualTo(RecordedResults.NONE);
    }

    @Test
    void purgedResultsAreNotReturnedFromThePrefetched() {
        for (long sequence = 1; sequence <= 20; sequence++) {
            record("orders", sequence, "old");
        }
        store.find("orders", at(1));
        store.find("orders", at(2));

        store.purge("orders", null, 11, offset -> false, 100);

        assertThat(store.find("orders", at(3))).isEqualTo(RecordedResults.NONE);
        assertThat(store.find("orders", at(12)).results()).containsValue(done("old"));
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
