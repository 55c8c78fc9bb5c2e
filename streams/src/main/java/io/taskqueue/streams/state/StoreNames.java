package io.taskqueue.streams.state;

/** The names of a sink's two stores; each has a changelog topic. */
public final class StoreNames {

    /** Recorded results and intents. */
    public static final String RESULTS = "results";

    /** Checkpoints, events in flight, parked events and replays; {@link StateKind} divides it. */
    public static final String STATE = "state";

    private StoreNames() {}
}
