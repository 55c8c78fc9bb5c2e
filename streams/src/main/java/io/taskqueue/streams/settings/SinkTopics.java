package io.taskqueue.streams.settings;

/** The names of a sink's own topics and stores, which are those of its internal topics, too. */
public final class SinkTopics {

    /** The store of recorded results and intents. */
    public static final String RESULTS_STORE = "results";

    /** The store of checkpoints, events in flight, parked events and replays. */
    public static final String STATE_STORE = "state";

    private SinkTopics() {}

    /** The topic of operators' commands to a sink. */
    public static String control(String sink) {
        return sink + ".control";
    }

    /** The dead-letter topic of a sink, unless another is set. */
    public static String deadLetters(String sink) {
        return sink + ".dead";
    }

    /** The changelog topic of a sink's store, as Kafka Streams names it. */
    public static String changelog(String sink, String store) {
        return sink + "-" + store + "-changelog";
    }
}
