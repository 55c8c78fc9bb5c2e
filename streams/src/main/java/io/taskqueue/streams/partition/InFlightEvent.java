package io.taskqueue.streams.partition;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.streams.checkpoint.EventLocation;
import io.taskqueue.streams.execution.Job;
import io.taskqueue.streams.parking.ParkableEvent;
import io.taskqueue.streams.replay.DeliveryContext;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An event between being read and being applied. It belongs to the stream thread, but for the counts of its attempts, which belong to
 * the one worker that runs it.
 */
final class InFlightEvent<T> implements Job, ParkableEvent {

    private final EventLocation location;
    private final ReplicationEvent<T> event;
    private final byte[] value;
    private final DeliveryContext delivery;
    private final EventResults results;
    private final String peer;

    /** Attempts so far. */
    int attempts;

    /** The number of effects that were recorded in the attempts before. */
    int recordedBefore;

    /** The number of effects with an unknown outcome. */
    int ambiguous;

    /** How many actions ran in the latest attempt; counted by the threads that run them. */
    final AtomicInteger calls = new AtomicInteger();

    /** @param peer the owner peer that the event counts for */
    InFlightEvent(
            EventLocation location,
            ReplicationEvent<T> event,
            byte[] value,
            DeliveryContext delivery,
            EventResults results,
            String peer) {
        this.location = location;
        this.event = event;
        this.value = value;
        this.delivery = delivery;
        this.results = results;
        this.peer = peer;
    }

    @Override
    public EventLocation location() {
        return location;
    }

    long offset() {
        return location.offset();
    }

    @Override
    public ReplicationEvent<T> event() {
        return event;
    }

    @Override
    public byte[] value() {
        return value;
    }

    @Override
    public DeliveryContext delivery() {
        return delivery;
    }

    EventResults results() {
        return results;
    }

    String peer() {
        return peer;
    }

    @Override
    public int ambiguous() {
        return ambiguous;
    }

    @Override
    public TaskId task() {
        return event.taskId();
    }

    /** False where its effects only return recorded results: then it does not call the target, and shows nothing about its availability. */
    @Override
    public boolean callsTarget() {
        return delivery.runsEffects();
    }

    @Override
    public String limitKey() {
        return peer;
    }

    @Override
    public int calls() {
        return calls.get();
    }
}
