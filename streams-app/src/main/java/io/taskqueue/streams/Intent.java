package io.taskqueue.streams;

import io.taskqueue.sink.EffectKey;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** An effect that is about to run: its worker waits until this is committed. Thread-safe. */
final class Intent {

    final EffectKey key;
    final long offset;
    private final CompletableFuture<Boolean> committed = new CompletableFuture<>();

    Intent(EffectKey key, long offset) {
        this.key = key;
        this.offset = offset;
    }

    /** Waits, and says whether the action may run; not where the intent was withdrawn. */
    boolean await() throws InterruptedException {
        try {
            return committed.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("Nothing completes an intent with a failure.", e);
        }
    }

    void commit() {
        committed.complete(true);
    }

    void withdraw() {
        committed.complete(false);
    }
}
