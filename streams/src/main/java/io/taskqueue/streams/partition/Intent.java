package io.taskqueue.streams.partition;

import io.taskqueue.sink.EffectKey;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** An effect that is about to run: its worker waits until this is committed. Thread-safe. */
final class Intent {

    private final EffectKey key;
    private final long offset;
    private final boolean parks;
    private final CompletableFuture<Boolean> committed = new CompletableFuture<>();

    /**
     * @param offset the event's
     * @param parks whether an operator decides where its outcome stays unknown
     */
    Intent(EffectKey key, long offset, boolean parks) {
        this.key = key;
        this.offset = offset;
        this.parks = parks;
    }

    EffectKey key() {
        return key;
    }

    long offset() {
        return offset;
    }

    boolean parks() {
        return parks;
    }

    /** Waits, and returns whether the action may run; not where the intent was withdrawn. */
    boolean await() throws InterruptedException {
        try {
            return committed.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("Nothing completes an intent with a failure. This is a defect.", e);
        }
    }

    void commit() {
        committed.complete(true);
    }

    void withdraw() {
        committed.complete(false);
    }
}
