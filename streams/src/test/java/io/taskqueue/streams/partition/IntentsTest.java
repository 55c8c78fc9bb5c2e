package io.taskqueue.streams.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.Position;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.streams.execution.ThreadGuard;
import io.taskqueue.streams.execution.WorkerThreads;
import io.taskqueue.streams.results.ResultsStore;
import io.taskqueue.streams.state.MemoryKeyValues;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class IntentsTest {

    private static final EffectKey KEY = new EffectKey("s", 0, "orders", new Position(1, 2), "call");

    private final WorkerThreads threads = new WorkerThreads("s", 1, null, new ThreadGuard("s"));

    @AfterEach
    void close() {
        threads.close();
    }

    private static PartitionLifecycle working() {
        PartitionLifecycle lifecycle = new PartitionLifecycle();
        lifecycle.start();
        lifecycle.beginPass(false);
        return lifecycle;
    }

    @Test
    void anIntentAfterTheCloseDoesNotBeginAndAWrittenOneIsDeleted() throws Exception {
        PartitionLifecycle lifecycle = working();
        Intents intents = new Intents(lifecycle, threads::pause);
        ResultsStore store = new ResultsStore("s", new MemoryKeyValues());
        Intent written = intents.create(KEY, 7, false);
        Intent asked = intents.create(new EffectKey("s", 0, "orders", new Position(1, 3), "call"), 8, false);
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
        assertThat(intents.ask(intents.create(KEY, 7, false))).isFalse();
        lifecycle.beginPass(false);
        assertThat(intents.ask(intents.create(KEY, 7, false))).isTrue();
    }

    @Test
    void aCancelledIntentIsDeletedIfItWasWrittenAndAClosedOneDoesNotDeleteALaterOneOfItsKey() {
        PartitionLifecycle lifecycle = working();
        Intents intents = new Intents(lifecycle, threads::pause);
        ResultsStore store = new ResultsStore("s", new MemoryKeyValues());
        List<Intent> toBeDeleted = new ArrayList<>();

        Intent asked = intents.create(KEY, 7, false);
        assertThat(intents.ask(asked)).isTrue();
        intents.cancel(asked, toBeDeleted::add);
        assertThat(toBeDeleted).as("an intent that was not written").isEmpty();
        intents.write(asked, store, Instant.EPOCH);
        assertThat(intents.awaitCommit()).isFalse();

        Intent written = intents.create(KEY, 7, false);
        assertThat(intents.ask(written)).isTrue();
        intents.write(written, store, Instant.EPOCH);
        assertThat(intents.awaitCommit()).isTrue();
        intents.cancel(written, toBeDeleted::add);
        assertThat(toBeDeleted).containsExactly(written);

        Intent committing = intents.create(KEY, 7, false);
        assertThat(intents.ask(committing)).isTrue();
        intents.write(committing, store, Instant.EPOCH);
        assertThat(intents.awaitCommit()).isTrue();
        intents.committing();
        intents.cancel(committing, toBeDeleted::add);
        assertThat(toBeDeleted).containsExactly(written, committing);

        Intent committed = intents.create(KEY, 7, false);
        assertThat(intents.ask(committed)).isTrue();
        intents.write(committed, store, Instant.EPOCH);
        assertThat(intents.awaitCommit()).isTrue();
        intents.committing();
        intents.committed();
        intents.cancel(committed, toBeDeleted::add);
        assertThat(toBeDeleted).containsExactly(written, committing, committed);

        Intent later = intents.create(KEY, 7, false);
        assertThat(intents.ask(later)).isTrue();
        toBeDeleted.clear();
        lifecycle.handOver();
        intents.withdrawAll(toBeDeleted::add);
        assertThat(toBeDeleted).isEmpty();
    }

    /** It was committed, but its worker waits until it may continue, because others run in its place. */
    @Test
    void aCommittedIntentWhoseActionHasNotBegunIsWithdrawnAndDeleted() throws Exception {
        PartitionLifecycle lifecycle = working();
        ResultsStore store = new ResultsStore("s", new MemoryKeyValues());
        List<Intent> toBeDeleted = new ArrayList<>();
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        CompletableFuture<Boolean> began = new CompletableFuture<>();
        CompletableFuture<Intent> created = new CompletableFuture<>();
        Intents intents = new Intents(lifecycle, threads::pause);
        threads.executeAfter(Duration.ZERO, () -> {
            Intent intent = intents.create(KEY, 7, true);
            boolean unused = intents.ask(intent);
            created.complete(intent);
            began.complete(ended(intent));
        });
        Intent intent = created.get(30, TimeUnit.SECONDS);
        threads.executeAfter(Duration.ZERO, () -> {
            busy.countDown();
            awaitQuietly(go);
        });
        assertThat(busy.await(30, TimeUnit.SECONDS)).isTrue();
        intents.write(intent, store, Instant.EPOCH);
        intents.committing();
        intents.committed();
        assertThat(began).isNotDone();

        lifecycle.handOver();
        intents.withdrawAll(toBeDeleted::add);

        assertThat(began.get(30, TimeUnit.SECONDS)).isFalse();
        assertThat(toBeDeleted).containsExactly(intent);
        go.countDown();
    }

    private static boolean ended(Intent intent) {
        try {
            return intent.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }
}
