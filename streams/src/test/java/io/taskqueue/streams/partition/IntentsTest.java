package io.taskqueue.streams.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.Position;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.streams.results.ResultsStore;
import io.taskqueue.streams.state.MemoryKeyValues;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class IntentsTest {

    private static final EffectKey KEY = new EffectKey("s", 0, "orders", new Position(1, 2), "call");

    private static PartitionLifecycle working() {
        PartitionLifecycle lifecycle = new PartitionLifecycle();
        lifecycle.start();
        lifecycle.beginPass(false);
        return lifecycle;
    }

    @Test
    void anIntentAfterTheCloseDoesNotBeginAndAWrittenOneIsDeleted() throws Exception {
        PartitionLifecycle lifecycle = working();
        Intents intents = new Intents(lifecycle);
        ResultsStore store = new ResultsStore("s", new MemoryKeyValues());
        Intent written = new Intent(KEY, 7, false);
        Intent asked = new Intent(new EffectKey("s", 0, "orders", new Position(1, 3), "call"), 8, false);
        assertThat(intents.ask(written)).isTrue();
        intents.write(written, store, Instant.EPOCH);
        assertThat(intents.awaitCommit()).isTrue();
        assertThat(store.find("orders", KEY.position()).intents()).containsExactly(KEY);
        intents.committing();
        assertThat(intents.ask(asked)).isTrue();

        List<Intent> toBeDeleted = new ArrayList<>();
        lifecycle.handOver();
        intents.withdrawAll(toBeDeleted::add);
        intents.committed();

        assertThat(written.await()).isFalse();
        assertThat(asked.await()).isFalse();
        intents.write(asked, store, Instant.EPOCH);
        assertThat(intents.awaitCommit())
                .as("an intent that was withdrawn before it was written")
                .isFalse();
        assertThat(toBeDeleted).containsExactly(written);
        assertThat(intents.ask(new Intent(KEY, 7, false))).isFalse();
        lifecycle.beginPass(false);
        assertThat(intents.ask(new Intent(KEY, 7, false))).isTrue();
    }

    @Test
    void aCancelledIntentIsDeletedIfItWasWrittenAndAClosedOneDoesNotDeleteALaterOneOfItsKey() {
        PartitionLifecycle lifecycle = working();
        Intents intents = new Intents(lifecycle);
        ResultsStore store = new ResultsStore("s", new MemoryKeyValues());
        List<Intent> toBeDeleted = new ArrayList<>();

        Intent asked = new Intent(KEY, 7, false);
        assertThat(intents.ask(asked)).isTrue();
        intents.cancel(asked, toBeDeleted::add);
        assertThat(toBeDeleted).as("an intent that was not written").isEmpty();
        intents.write(asked, store, Instant.EPOCH);
        assertThat(intents.awaitCommit()).isFalse();

        Intent written = new Intent(KEY, 7, false);
        assertThat(intents.ask(written)).isTrue();
        intents.write(written, store, Instant.EPOCH);
        assertThat(intents.awaitCommit()).isTrue();
        intents.cancel(written, toBeDeleted::add);
        assertThat(toBeDeleted).containsExactly(written);

        Intent committing = new Intent(KEY, 7, false);
        assertThat(intents.ask(committing)).isTrue();
        intents.write(committing, store, Instant.EPOCH);
        assertThat(intents.awaitCommit()).isTrue();
        intents.committing();
        intents.cancel(committing, toBeDeleted::add);
        assertThat(toBeDeleted).containsExactly(written, committing);

        Intent committed = new Intent(KEY, 7, false);
        assertThat(intents.ask(committed)).isTrue();
        intents.write(committed, store, Instant.EPOCH);
        assertThat(intents.awaitCommit()).isTrue();
        intents.committing();
        intents.committed();
        intents.cancel(committed, toBeDeleted::add);
        assertThat(toBeDeleted).containsExactly(written, committing, committed);

        Intent later = new Intent(KEY, 7, false);
        assertThat(intents.ask(later)).isTrue();
        toBeDeleted.clear();
        lifecycle.handOver();
        intents.withdrawAll(toBeDeleted::add);
        assertThat(toBeDeleted).isEmpty();
    }
}
