package io.taskqueue.streams;

import io.taskqueue.sink.EffectKey;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** An effect that is about to run: its worker waits until this is committed. Thread-safe. */
final class Intent {

    final EffectKey key;
    final long offset;

    /** Whether a person decides where nobody knows whether it was done. */
    final boolean parks;

    private final CompletableFuture<Boolean> committed = new CompletableFuture<>();

    Intent(EffectKey key, long offset, boolean parks) {
        this.key = key;
        this.offset = offset;
        this.parks = parks;
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
