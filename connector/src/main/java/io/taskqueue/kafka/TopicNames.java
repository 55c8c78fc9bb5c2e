package io.taskqueue.kafka;

/** The names of all topics: the defaults of those that can be set, and the rules of those that follow from a sink's name. */
public final class TopicNames {

    /** The event topic, unless another is set. */
    public static final String EVENTS = "taskqueue.events";

    /** The registry topic, which holds the claims of sources, unless another is set. */
    public static final String REGISTRY = "taskqueue.sources";

    /** The name of the store that holds a console's view. */
    public static final String CONSOLE_VIEW_STORE = "view";

    private TopicNames() {}

    /** The control topic of a sink, which holds operators' commands. */
    public static String control(String sink) {
        return sink + ".control";
    }

    /** The dead-letter topic of a sink, which holds the records that it could not decode, unless another is set. */
    public static String deadLetters(String sink) {
        return sink + ".dead";
    }

    /** The identity topic of a sink, which holds what the sink was started as. */
    public static String identity(String sink) {
        return sink + "-identity";
    }

    /** The topic of a sink on which its running instances report themselves. */
    public static String instances(String sink) {
        return sink + "-instances";
    }

    /**
     * Whether Kafka refuses to have both topics on one cluster: in the names of its metrics a dot and an underscore are the same. A name
     * collides with itself.
     */
    public static boolean collide(String one, String other) {
        return one.replace('.', '_').equals(other.replace('.', '_'));
    }

    /** The changelog topic of a sink's store, as Kafka Streams names it: the application id is the sink's name. */
    public static String changelog(String sink, String store) {
        return sink + "-" + store + "-changelog";
    }

    /** The changelog of a console's view. A consumer group that has one is a console, not a sink. */
    public static String consoleView(String console) {
        return changelog(console, CONSOLE_VIEW_STORE);
    }
}
