package io.taskqueue.event;

/**
 * In which events of a task its source includes the payload.
 *
 * <pre>
 *                   Enqueued, Restored, Snapshot,   Available, LeaseGranted, Heartbeat, Completed,
 *                   Drained, DeadLettered           Failed, LeaseExpired, Requeued
 *   EVERY_EVENT     included                        included
 *   FIRST_EVENT     included                        not included
 * </pre>
 *
 * <p>With {@link #FIRST_EVENT} the payload is included where a task enters a queue, is written again for retention, or leaves the queue and
 * can be restored from the event. {@link ReplicationEvent#hasPayload()} states whether an event has it.
 *
 * <p>A source may change it whenever it starts: each event states by itself whether it has its payload, so recovery and
 * {@code QueueFold} read any mixture.
 */
public enum PayloadInclusion {
    /** Each event of a task has its payload: a reader needs no other event of the task. */
    EVERY_EVENT,
    /**
     * The first event of a task has its payload, as every event of the kinds above; the others do not. Records are smaller by the payload.
     * A reader that needs the payload of a later event has to keep it from the first one; a recovery reads from the first event of the oldest
     * live task on.
     */
    FIRST_EVENT;

    /** Whether events of that kind have the payload of their task. */
    public boolean includes(EventKind kind) {
        return this == EVERY_EVENT || kind.requiresPayload();
    }
}
