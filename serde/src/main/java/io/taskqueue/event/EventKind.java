package io.taskqueue.event;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What happened to a task.
 *
 * <pre>
 *            Enqueued, Restored               LeaseGranted
 *   (none) ----------------------> pending ------------------> leased --- Heartbeat --+
 *                                    ^  |                      |  ^-------------------+
 *                                    |  |                      |
 *                          Requeued  |  | Drained              +-- Completed -----------------> (gone)
 *                                    |  v                      +-- Failed or LeaseExpired
 *                                    | drained                           |
 *                                    |                                   +-- DeadLettered ----> dead
 *                                    +---------- delayed &lt;---------------+
 * </pre>
 */
public enum EventKind {
    /** A new task is pending. */
    ENQUEUED("Enqueued"),
    /** A worker holds the task. */
    LEASE_GRANTED("LeaseGranted"),
    /** A worker holds the task for longer. */
    HEARTBEAT("Heartbeat"),
    /** The task is done. */
    COMPLETED("Completed"),
    /** The attempt failed. */
    FAILED("Failed"),
    /** The task is pending again, for its next attempt. */
    REQUEUED("Requeued"),
    /** The task is dead. */
    DEAD_LETTERED("DeadLettered"),
    /** The lease ran out, or was revoked by a drain. */
    LEASE_EXPIRED("LeaseExpired"),
    /** The task was handed to the caller of drain. */
    DRAINED("Drained"),
    /** A drained or recovered task is pending again, with its identity. */
    RESTORED("Restored"),
    /** A source began a new epoch; carries no task and is not passed to sinks. */
    SOURCE_STARTED("SourceStarted");

    private static final Map<String, EventKind> BY_WIRE_NAME =
            Stream.of(values()).collect(Collectors.toUnmodifiableMap(EventKind::wireName, Function.identity()));

    private final String wireName;

    EventKind(String wireName) {
        this.wireName = wireName;
    }

    /** The name in the replicated JSON, and as a metric tag. */
    public String wireName() {
        return wireName;
    }

    /** The kind of that name in the replicated JSON, or empty where this version knows none. */
    public static Optional<EventKind> ofWireName(String name) {
        return Optional.ofNullable(BY_WIRE_NAME.get(name));
    }
}
