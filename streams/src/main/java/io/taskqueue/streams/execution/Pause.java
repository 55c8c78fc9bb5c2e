package io.taskqueue.streams.execution;

/**
 * A wait of running work for something else, during which other work runs in its place. It ends once: the work is resumed, or the pause is
 * cancelled. Thread-safe, but for {@link #await}, which is for the thread that began the pause.
 */
public interface Pause {

    /** The work is to continue, as soon as it may run again. */
    void resume();

    /** The work continues immediately, to end. Returns whether it had not continued yet. */
    boolean cancel();

    /**
     * Waits for the end of the pause; an interruption cancels it.
     *
     * @return whether the work was resumed
     */
    boolean await() throws InterruptedException;
}
