package io.taskqueue.streams.parking;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.streams.checkpoint.EventLocation;
import io.taskqueue.streams.replay.DeliveryContext;

/** What parking needs to know of an event in flight. */
public interface ParkableEvent {

    ReplicationEvent<?> event();

    EventLocation location();

    DeliveryContext delivery();

    /** The event's JSON. */
    byte[] value();

    /** The number of its effects with an unknown outcome, so far. */
    int ambiguous();
}
