package io.taskqueue.sink;

/** What a sink does with an event whose attempts are exhausted. */
public enum OnExhausted {
    /** The event is parked with its error, later events of its task are parked behind it, and the sink continues. */
    PARK,
    /** The sink stops before the event. */
    STOP
}
