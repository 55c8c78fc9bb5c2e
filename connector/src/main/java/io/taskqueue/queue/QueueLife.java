package io.taskqueue.queue;

import org.jspecify.annotations.Nullable;

/**
 * Whether a queue takes work.
 *
 * <pre>
 *   Open ---- drain(), close() ----> Draining ----> Closed
 *     |                                 |
 *     +-------------- stop -------------+---------> Stopped
 * </pre>
 */
sealed interface QueueLife {

    /** Takes new work and grants leases. */
    record Open() implements QueueLife {
        Draining drain(String call) {
            return new Draining(call);
        }
    }

    /** Holders of leases may still end them. */
    record Draining(String call) implements QueueLife {
        Closed close() {
            return new Closed(call);
        }
    }

    /** Holds no task any more. */
    record Closed(String call) implements QueueLife {}

    /** Must change nothing any more, because it no longer owns its tasks. */
    record Stopped(String reason, @Nullable Throwable cause) implements QueueLife {}

    /** What a call is told that needs an open queue, or one that is not stopped. */
    default QueueClosedException refusal(String queue, String call) {
        if (this instanceof Stopped stopped) {
            return new QueueClosedException(
                    "Queue " + queue + " was stopped, so " + call + " was refused: " + stopped.reason, stopped.cause);
        }
        String by =
                this instanceof Draining draining ? draining.call : this instanceof Closed closed ? closed.call : "";
        return new QueueClosedException("Queue " + queue + " takes no more work since " + by + " was called, so " + call
                + " was refused. Use another queue; restore() puts drained tasks into it.");
    }
}
