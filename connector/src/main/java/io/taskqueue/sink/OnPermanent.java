package io.taskqueue.sink;

/** What becomes of an effect that failed permanently. */
public enum OnPermanent {
    /** The failure is recorded as its result, and the sink goes on. */
    RECORD,
    /** Nothing is recorded, and its event is parked: a redrive runs the effect again. */
    PARK
}
