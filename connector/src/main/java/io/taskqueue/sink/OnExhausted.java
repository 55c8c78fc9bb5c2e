package io.taskqueue.sink;

/** What becomes of an event whose tries are used up. */
public enum OnExhausted {
    /** It is parked with its error, later events of its task behind it, and the sink goes on. */
    PARK,
    /** The sink stops before it. */
    STOP
}
