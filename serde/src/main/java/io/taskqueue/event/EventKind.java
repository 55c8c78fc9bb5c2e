package io.taskqueue.event;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What happened to a task: the kind of an event, as a transition of the task's state.
 *
 * <pre>
 *            Enqueued, Restored               LeaseGranted
 *   (none) ----------------------> pending ------------------> leased --- Heartbeat --+
 *      |                             ^  |                      |  ^-------------------+
 *      |                             |  |                      |
 *      |                  Requeued,  |  | Drained              +-- Completed -----------------> (gone)
 *      | Enqueued         Available  |  v                      +-- Failed or LeaseExpired
 *      | with a delay                | drained                           |
 *      |                             |                                   +-- DeadLettered ----> dead
 *      +---------------------------- + --------- delayed &lt;---------------+
 * </pre>
 *
 * Restored puts a recovered task into the state that its parts show, which may be leased or delayed. Snapshot changes no state.
 */
public enum EventKind {
    /** A new task is pending or, if it was enqueued with a delay, delayed. */
    ENQUEUED("Enqueued"),
    /** The delay has passed that a new task was enqueued with: the task is pending. */
    AVAILABLE("Available"),
    /** A worker leased the task. */
    LEASE_GRANTED("LeaseGranted"),
    /** A worker extended its lease. */
    HEARTBEAT("Heartbeat"),
    /** The task is completed. */
    COMPLETED("Completed"),
    /** The attempt failed. */
    FAILED("Failed"),
    /** The task is pending again, for its next attempt. */
    REQUEUED("Requeued"),
    /** The task is dead: there will be no further attempt, unless it is restored for a retry. */
    DEAD_LETTERED("DeadLettered"),
    /** The lease expired, or was revoked by a drain. */
    LEASE_EXPIRED("LeaseExpired"),
    /** The task has left its queue: it was handed to the caller of drain or, with the flag HandOver, left for the next owner. */
    DRAINED("Drained"),
    /** A drained, recovered or dead task is in the queue again, with its identity. */
    RESTORED("Restored"),
    /** A source started a new epoch; the event has no task and is not passed to sinks. */
    SOURCE_STARTED("SourceStarted"),
    /**
     * A live task as it stands, without a change of its state, written again so that the log keeps it; the event is not passed to
     * sinks.
     */
    SNAPSHOT("Snapshot");

    private static final Map<String, EventKind> BY_WIRE_NAME =
            Stream.of(values()).collect(Collectors.toUnmodifiableMap(EventKind::wireName, Function.identity()));

    private final String wireName;

    EventKind(String wireName) {
        this.wireName = wireName;
    }

    /** The name in the replicated JSON and in metric tags. */
    public String wireName() {
        return wireName;
    }

    /** Whether sinks receive events of this kind. The other kinds take a position like any event, but change no task. */
    public boolean passedToSinks() {
        return this != SOURCE_STARTED && this != SNAPSHOT;
    }

    /**
     * Whether every event of this kind has the payload of its task. Of the other kinds, an event may be without it, see {@link
     * PayloadInclusion#FIRST_EVENT}; SourceStarted has no task.
     */
    public boolean requiresPayload() {
        return switch (this) {
            case ENQUEUED, RESTORED, SNAPSHOT, DRAINED, DEAD_LETTERED -> true;
            case AVAILABLE,
                    LEASE_GRANTED,
                    HEARTBEAT,
                    COMPLETED,
                    FAILED,
                    REQUEUED,
                    LEASE_EXPIRED,
                    SOURCE_STARTED -> false;
        };
    }

    /** The kind with that name in the replicated JSON, or empty if this version does not know it. */
    public static Optional<EventKind> ofWireName(String name) {
        return Optional.ofNullable(BY_WIRE_NAME.get(name));
    }
}
