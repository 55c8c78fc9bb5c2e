package io.taskqueue.streams.clients;

import java.util.Optional;
import java.util.function.Supplier;

/** The event topic, as a running sink sees it: the description that was read last. */
@FunctionalInterface
public interface EventTopic extends Supplier<EventTopicDescription> {

    /** The size of the largest record of the event topic for which the sink's own topics have room. */
    default int takes() {
        return get().maxMessageBytes();
    }

    /**
     * Ensures that a record of the event topic can be written to the sink's own topics, before it is taken.
     *
     * @param bytes the size of the record, not compressed
     * @throws io.taskqueue.sink.SinkStoppedException if it cannot
     */
    default void makeRoom(int bytes) {}

    /** Looks at the topic now; the latest description is kept where that fails, which is returned as false. */
    default boolean refresh() {
        return true;
    }

    /** Looks at the topic unless that was done within the last second. */
    default void refreshIfOld() {}

    /** What an operator has to do for the sink's topics; empty if nothing. */
    default Optional<String> note() {
        return Optional.empty();
    }
}
