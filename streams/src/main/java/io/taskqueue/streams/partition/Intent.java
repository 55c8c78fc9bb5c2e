package io.taskqueue.streams.partition;

import io.taskqueue.sink.EffectKey;
import io.taskqueue.streams.execution.Pause;

/** An effect that is about to run: its worker waits until this is committed, and lets other events be applied meanwhile. Thread-safe. */
final class Intent {

    private final EffectKey key;
    private final long offset;
    private final boolean parks;
    private final Pause pause;

    /**
     * @param offset the event's
     * @param parks whether an operator decides where its outcome stays unknown
     * @param pause what the worker waits in
     */
    Intent(EffectKey key, long offset, boolean parks, Pause pause) {
        this.key = key;
        this.offset = offset;
        this.parks = parks;
        this.pause = pause;
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
        return pause.await();
    }

    /** The action runs as soon as its worker may continue. */
    void commit() {
        pause.resume();
    }

    /** Returns whether the action has not begun, and never does. */
    boolean withdraw() {
        return pause.cancel();
    }
}
