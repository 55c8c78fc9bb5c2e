package io.taskqueue.sink.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.Position;
import io.taskqueue.sink.EffectKey;
import org.junit.jupiter.api.Test;

/** The bounds of the stores in memory. */
class MemoryStoresTest {

    private static final EffectResult DONE = new EffectResult.Done("void", "null");

    private static EffectKey key(long sequence) {
        return new EffectKey("billing", 0, "orders", new Position(1, sequence), "charge");
    }

    @Test
    void oldestResultsAreForgottenAtTheBound() {
        var store = new MemoryEffectStore(3);
        for (long sequence = 1; sequence <= 5; sequence++) {
            assertThat(store.record(key(sequence), DONE)).isEqualTo(DONE);
        }
        assertThat(store.size()).isEqualTo(3);
        assertThat(store.find(key(1))).isEmpty();
        assertThat(store.find(key(2))).isEmpty();
        assertThat(store.find(key(3))).contains(DONE);
        assertThat(store.find(key(5))).contains(DONE);
    }

    @Test
    void intentsAreRefusedAtTheBoundAndNeverForgotten() {
        var store = new MemoryEffectStore(2);
        assertThat(store.intend(key(1))).isTrue();
        assertThat(store.intend(key(2))).isTrue();
        assertThatThrownBy(() -> store.intend(key(3)))
                .isInstanceOf(SinkStoreException.class)
                .hasMessage(
                        "The intent of effect billing/0/orders/1/3/charge cannot be recorded: this store in memory holds 2 "
                                + "intents, its limit. Decide about the events that they belong to, or create the store with a higher "
                                + "limit.");
        assertThat(store.intend(key(1))).as("a new intent").isFalse();
        store.withdraw(key(1));
        assertThat(store.intend(key(3))).isTrue();
    }

    @Test
    void checkpointThatHasNotAdvancedForTheLongestTimeIsForgottenAtTheBound() {
        var store = new MemoryCheckpointStore(2);
        SinkCheckpoint first = SinkCheckpoint.START.advanced("a", new Position(1, 1));
        SinkCheckpoint second = first.advanced("a", new Position(1, 2));
        assertThat(store.compareAndSet("billing", "orders", SinkCheckpoint.START, first))
                .isTrue();
        assertThat(store.compareAndSet("billing", "returns", SinkCheckpoint.START, first))
                .isTrue();
        assertThat(store.compareAndSet("billing", "orders", first, second)).isTrue();
        assertThat(store.compareAndSet("billing", "mails", SinkCheckpoint.START, first))
                .isTrue();

        assertThat(store.load("billing", "returns")).isEqualTo(SinkCheckpoint.START);
        assertThat(store.load("billing", "orders")).isEqualTo(second);
        assertThat(store.load("billing", "mails")).isEqualTo(first);
        assertThat(store.compareAndSet("billing", "orders", first, second)).isFalse();
    }

    @Test
    void boundsBelowOneAreRefused() {
        assertThatThrownBy(() -> new MemoryEffectStore(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A store must hold at least 1 result, but 0 was set. Use 100000, the default, if unsure.");
        assertThatThrownBy(() -> new MemoryCheckpointStore(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "A store must hold at least 1 checkpoint, but 0 was set. Use 10000, the default, if unsure.");
    }
}
