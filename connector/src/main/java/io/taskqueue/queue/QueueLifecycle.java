package io.taskqueue.queue;

import org.jspecify.annotations.Nullable;

/**
 * Whether a queue accepts work. Its methods are the only transitions:
 *
 * <pre>
 *   Recovering -- drain --+
 *     ^   |               |
 *     |   | recovered     v
 *     |   v
 *   Open ---- drain ----> Draining ---- close ----> Closed
 *     |                      |
 *     +-------- stop --------+--------------------> Stopped     (Recovering is stopped in the same way)
 * </pre>
 *
 * A queue is Recovering from {@code attachRecovering} to {@code recover}.
 */
sealed interface QueueLifecycle {

    /** Has not begun to end. */
    sealed interface Accepting extends QueueLifecycle {

        default Draining drain(String call) {
            return new Draining(call);
        }
    }

    /** Accepts new work and grants leases. */
    record Open() implements Accepting {
        Recovering recovering() {
            return new Recovering();
        }
    }

    /** Its tasks are still to be recovered; calls for work wait until they are. */
    record Recovering() implements Accepting {
        Open recovered() {
            return new Open();
        }
    }

    /** Accepts and grants nothing; holders may still end their leases. */
    record Draining(String call) implements QueueLifecycle {
        Closed close() {
            return new Closed(call);
        }
    }

    /** Holds no task any more. */
    record Closed(String call) implements QueueLifecycle {}

    /** Must change nothing any more, because it no longer owns its tasks. */
    record Stopped(String reason, @Nullable Throwable cause) implements QueueLifecycle {}

    /** Stops a queue that has not ended; one that has stays as it is. */
    default QueueLifecycle stop(String reason, @Nullable Throwable cause) {
        return hasEnded() ? this : new Stopped(reason, cause);
    }

    default boolean hasEnded() {
        return this instanceof Closed || this instanceof Stopped;
    }

    /** The error of a call that needs an open queue, or one that is not stopped. */
    default QueueClosedException refusal(String queue, String call) {
        if (this instanceof Stopped stopped) {
            return new QueueClosedException(
                    "Queue " + queue + " was stopped, so " + call + " was refused: " + stopped.reason, stopped.cause);
        }
        String by =
                this instanceof Draining draining ? draining.call : this instanceof Closed closed ? closed.call : "";
        return new QueueClosedException("Queue " + queue + " accepts no more work since " + by + " was called, so "
                + call + " was refused. Use another queue; restore() puts drained tasks into it.");
    }
}
