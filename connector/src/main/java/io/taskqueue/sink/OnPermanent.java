package io.taskqueue.sink;

/** What happens to an effect that failed permanently. */
public enum OnPermanent {
    /** The failure is recorded as its result, and the sink continues. */
    RECORD,
    /** Nothing is recorded, and the event is parked: a redrive runs the effect again. */
    PARK
}
