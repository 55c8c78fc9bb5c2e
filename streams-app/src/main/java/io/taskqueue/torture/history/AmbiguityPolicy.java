package io.taskqueue.torture.history;

/** What an effect declares for the case that it is unknown whether its action was done, as {@link io.taskqueue.sink.OnAmbiguity} names it. */
public enum AmbiguityPolicy {
    RERUN,
    PROBE,
    PARK,
    ASSUME_DONE
}
