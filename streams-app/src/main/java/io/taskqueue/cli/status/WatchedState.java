package io.taskqueue.cli.status;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.taskqueue.console.model.Badge;
import io.taskqueue.console.model.CatchUp;
import io.taskqueue.console.model.QueueOwner;
import io.taskqueue.console.model.SinkLimit;
import io.taskqueue.console.model.SinkPosition;
import io.taskqueue.console.model.SinkView;
import io.taskqueue.console.overview.QueueHeads.Head;
import io.taskqueue.console.sinks.TopicSinkIndex;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Queues and sinks at one moment, as JSON. Null is unknown.
 *
 * @param at when
 * @param problem why it is not up to date, or null
 * @param notes what is missing although it is up to date, each with the reason
 * @param queues those with problems first, then those with the greatest lag
 * @param sinks by name
 */
record WatchedState(String at, @Nullable String problem, List<String> notes, List<Queue> queues, List<Sink> sinks) {

    private static final Comparator<Queue> ORDER = Comparator.comparing(
                    (Queue queue) -> queue.problems().isEmpty())
            .thenComparing(Comparator.comparingLong(Queue::lag).reversed())
            .thenComparing(Queue::queue);

    /**
     * A queue.
     *
     * @param owner the name of its owner, by the registry
     * @param epoch that of the owner
     * @param lastPosition the position of its newest event
     * @param eventsPerSecond how many events are written a second, over the last minute
     * @param slowest the sink that is furthest behind
     * @param problems what is wrong with its sinks
     */
    record Queue(
            String queue,
            @Nullable String owner,
            @Nullable Long epoch,
            String lastPosition,
            double eventsPerSecond,
            @Nullable Slowest slowest,
            List<Badge> problems) {

        private long lag() {
            return slowest == null || slowest.lagEvents() == null ? 0 : slowest.lagEvents();
        }
    }

    /** The sink that is furthest behind with a queue. */
    record Slowest(
            String sink,
            @Nullable Long lagEvents,
            @Nullable Double lagSeconds,
            double appliedPerSecond,
            CatchUp catchUp) {

        /** Null if it never catches up, or if that is unknown. */
        @JsonProperty
        @Nullable
        Double etaSeconds() {
            return catchUp.seconds();
        }
    }

    /**
     * A sink.
     *
     * @param events records that it has not read
     * @param seconds the age of the oldest of them
     * @param appliedPerSecond events that it applies a second, over the last minute
     * @param catchUp when it will have applied all at the present rates
     */
    record Sink(
            String name,
            String state,
            @Nullable Long events,
            @Nullable Double seconds,
            double appliedPerSecond,
            CatchUp catchUp,
            @JsonUnwrapped Counts counts,
            List<Badge> problems) {

        /** Null if it never catches up, or if that is unknown. */
        @JsonProperty
        @Nullable
        Double etaSeconds() {
            return catchUp.seconds();
        }
    }

    /** What the state of a sink holds, and its rate limit, as in {@link SinkLag}. */
    record Counts(
            @Nullable Long inFlight,
            @Nullable Long parked,
            @Nullable Long failed,
            @Nullable Long undecodable,
            @Nullable SinkLimit limit) {}

    /** @param name the only sink that is shown; null for all */
    static WatchedState of(
            TopicSinkIndex index,
            NewestQueueEvents events,
            @Nullable String name,
            @Nullable String problem,
            Instant now) {
        return new WatchedState(
                now.toString(),
                problem,
                index.progress().notes(),
                events.heads().stream()
                        .map(head -> queue(index, head, name))
                        .sorted(ORDER)
                        .toList(),
                index.sinks().stream()
                        .filter(sink -> name == null || name.equals(sink.name()))
                        .map(sink -> sink(index, sink))
                        .toList());
    }

    private static Queue queue(TopicSinkIndex index, Head head, @Nullable String name) {
        Optional<QueueOwner> owner = index.owner(head.queueName());
        return new Queue(
                head.queueName(),
                owner.map(QueueOwner::peer).orElse(null),
                owner.map(QueueOwner::epoch).orElse(null),
                head.position().toString(),
                head.eventsPerSecond(),
                index.positions(name, head.queueName()).stream()
                        .max(Comparator.comparingLong(
                                position -> position.lagEvents() == null ? -1 : position.lagEvents()))
                        .map(WatchedState::slowest)
                        .orElse(null),
                index.problemsOfSinks(head.queueName(), head.partition()));
    }

    private static Slowest slowest(SinkPosition position) {
        return new Slowest(
                position.sink(),
                position.lagEvents(),
                position.lagSeconds(),
                position.appliedPerSecond(),
                position.catchUp());
    }

    private static Sink sink(TopicSinkIndex index, SinkView sink) {
        return new Sink(
                sink.name(),
                sink.groupState(),
                sink.lagEvents(),
                sink.lagSeconds(),
                index.positions(sink.name(), null).stream()
                        .mapToDouble(SinkPosition::appliedPerSecond)
                        .sum(),
                sink.catchUp(),
                new Counts(sink.inFlight(), sink.parked(), sink.failed(), sink.undecodable(), sink.limit()),
                sink.problems());
    }
}
