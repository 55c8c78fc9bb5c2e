package io.taskqueue.source.recovery;

import java.util.Objects;
import java.util.function.Consumer;

/**
 * How a source recovers the live tasks of its queue when it starts. Immutable.
 *
 * <pre>{@code
 * ReplicationSource.builder(queue, codec)
 *         .recover(Recovery.standard().progress(progress -> bar.stepTo(progress.done())))
 * }</pre>
 */
public final class Recovery {

    private static final Recovery STANDARD = new Recovery(progress -> {});

    private final Consumer<RecoveryProgress> progress;

    private Recovery(Consumer<RecoveryProgress> progress) {
        this.progress = progress;
    }

    /** A recovery of all live tasks that reports its progress to nobody. */
    public static Recovery standard() {
        return STANDARD;
    }

    /**
     * The same recovery, which reports its progress: at the beginning, a few times a second, and at the end. The listener is called by
     * the thread that starts the source, or reads the queue; what it throws ends the recovery.
     */
    public Recovery progress(Consumer<RecoveryProgress> listener) {
        return new Recovery(Objects.requireNonNull(listener, "listener"));
    }

    /** Whether somebody is notified of the progress. */
    boolean isObserved() {
        return this != STANDARD;
    }

    Consumer<RecoveryProgress> progress() {
        return progress;
    }
}
