package io.taskqueue.sink;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.TaskError;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which events a sink acts on: those of some kinds, in some queues. Any other event costs the sink almost nothing: it takes its place in
 * the history of its queue, by the headers of its record alone, and is neither decoded nor applied.
 *
 * <p>Immutable.
 */
public final class Interests {

    private static final Set<EventKind> ALL_KINDS = passedToSinks(EnumSet.allOf(EventKind.class));

    /** All events that are passed to sinks. */
    public static final Interests ALL = new Interests(ALL_KINDS, QueueFilter.ALL);

    private final Set<EventKind> kinds;
    private final QueueFilter queues;

    private Interests(Set<EventKind> kinds, QueueFilter queues) {
        this.kinds = kinds;
        this.queues = queues;
    }

    /** Events of the given kinds, in all queues. */
    public static Interests of(EventKind first, EventKind... more) {
        return of(EnumSet.of(first, more));
    }

    /**
     * Events of the given kinds, in all queues; of no kind if the collection is empty, as of a sink that only keeps its positions. Kinds that
     * are not {@link EventKind#passedToSinks passed to sinks} are ignored.
     *
     * @throws IllegalArgumentException if there are kinds, and all of them are ignored
     */
    public static Interests of(Collection<EventKind> kinds) {
        Set<EventKind> passed = passedToSinks(kinds);
        if (passed.isEmpty() && !kinds.isEmpty()) {
            throw new IllegalArgumentException(
                    "A sink needs a kind of event to act on, but none that sinks get was named: " + kinds
                            + ". Name one, such as COMPLETED, or leave the setting out to act on all.");
        }
        return new Interests(passed, QueueFilter.ALL);
    }

    /**
     * Events of the kinds that a text names, in all queues.
     *
     * @param names the kinds' names on the wire, separated by commas, such as {@code Completed,DeadLettered}
     * @throws IllegalArgumentException if one is not the name of a kind that sinks get
     */
    public static Interests parse(String names) {
        return of(Arrays.stream(names.split(",", -1))
                .map(String::strip)
                .map(name -> EventKind.ofWireName(name)
                        .filter(ALL_KINDS::contains)
                        .orElseThrow(() -> new IllegalArgumentException("'" + name
                                + "' is not a kind of event that sinks get. Use some of "
                                + ALL_KINDS.stream().map(EventKind::wireName).collect(Collectors.joining(", "))
                                + ", separated by commas.")))
                .toList());
    }

    /**
     * What a sink declares.
     *
     * @param name the sink's name
     * @throws IllegalArgumentException if its method fails
     */
    public static Interests declaredBy(ReplicationSink<?> sink, String name) {
        Interests declared;
        try {
            declared = sink.interests();
        } catch (RuntimeException failure) {
            throw new IllegalArgumentException(
                    "The method interests() of sink " + name + " failed with "
                            + TaskError.of(failure).code() + ": "
                            + TaskError.of(failure).message()
                            + ". Return the same interests at every start, such as Interests.ALL.",
                    failure);
        }
        if (declared == null) {
            throw new IllegalArgumentException("The method interests() of sink " + name
                    + " returned null. Return Interests.ALL for all events, or name kinds and queues.");
        }
        return declared;
    }

    /**
     * The same kinds of events, only in queues of those names, or that begin with those prefixes.
     *
     * @param names such as {@code orders}, or {@code orders-*}
     * @throws IllegalArgumentException if no queue is named, or a name cannot be that of a queue
     */
    public Interests inQueues(String... names) {
        return in(QueueFilter.of(List.of(names)));
    }

    /** The same kinds of events, only in queues that the filter accepts as well. */
    public Interests in(QueueFilter filter) {
        return new Interests(kinds, queues.and(filter));
    }

    /**
     * What is of interest to both.
     *
     * @throws IllegalArgumentException if each names kinds, and they have none in common
     */
    public Interests and(Interests other) {
        Set<EventKind> both = EnumSet.noneOf(EventKind.class);
        kinds.stream().filter(other.kinds::contains).forEach(both::add);
        if (both.isEmpty() && !kinds.isEmpty() && !other.kinds.isEmpty()) {
            throw new IllegalArgumentException("A sink that acts on " + kinds + " was restricted to " + other.kinds
                    + ", so it would act on nothing. Name at least one of its own kinds.");
        }
        return new Interests(Collections.unmodifiableSet(both), queues.and(other.queues));
    }

    /** Whether the sink acts on events of all kinds that sinks get. */
    public boolean allKinds() {
        return kinds.size() == ALL_KINDS.size();
    }

    /** Whether the sink acts on events of a kind. */
    public boolean accepts(EventKind kind) {
        return kinds.contains(kind);
    }

    /** The kinds of events that the sink acts on. */
    public Set<EventKind> kinds() {
        return kinds;
    }

    /** The queues whose events the sink acts on. */
    public QueueFilter queues() {
        return queues;
    }

    private static Set<EventKind> passedToSinks(Collection<EventKind> kinds) {
        Set<EventKind> passed = EnumSet.noneOf(EventKind.class);
        kinds.stream().filter(EventKind::passedToSinks).forEach(passed::add);
        return Collections.unmodifiableSet(passed);
    }
}
