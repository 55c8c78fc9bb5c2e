package io.taskqueue.console.model;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Sinks, and the owners of queues. Thread-safe; no method waits. */
public interface Sinks {

    /** How current it is. */
    ViewProgress progress();

    /** All sinks, by name. */
    List<SinkView> sinks();

    /** The positions of a sink, by queue; of all sinks of a queue; or all. */
    List<SinkPosition> positions(@Nullable String sink, @Nullable String queueName);

    /** The owner of a queue. */
    Optional<QueueOwner> owner(String queueName);

    /** What is wrong with a queue. */
    List<Badge> problems(QueueView queue);

    /**
     * The latest replay of each partition.
     *
     * @throws java.util.NoSuchElementException if there is no such sink
     */
    List<ReplayView> replays(String sink);
}
