package io.taskqueue.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The meters of a sink. Thread-safe.
 *
 * <p>Counters stay, except those of a queue that is gone; those of effects exist from the start, at 0. A gauge shows the subject that was registered
 * last for its tags and is removed by {@link #close}, unless a later one has replaced it.
 */
public final class SinkMeters implements AutoCloseable {

    /** Counter; tags sink, queue: events applied. */
    public static final String APPLIED = "taskqueue.replication.applied";
    /** Gauge; tags sink, queue: newest position seen minus the position below which all is applied, in events. */
    public static final String SEQUENCE_LAG = "taskqueue.replication.sequence_lag";
    /** Gauge; tags sink, queue: 0 where nothing is outstanding, else now minus the time of the newest applied event, in seconds. */
    public static final String WALL_CLOCK_LAG = "taskqueue.replication.wall_clock_lag";
    /** Counter; tags sink, result (run, reused, failed, missing): effects; parked: events that were parked. */
    public static final String EFFECTS = "taskqueue.replication.effects";
    /** Counter; tag sink: effects whose outcome was unknown, handled by their declared policy. */
    public static final String AMBIGUOUS = "taskqueue.replication.ambiguous";
    /** Counter; tags sink, queue: events seen before and dropped. */
    public static final String DUPLICATES = "taskqueue.replication.duplicates";
    /** Counter; tags sink, queue: events of a fenced epoch, dropped. */
    public static final String FENCED = "taskqueue.replication.fenced";
    /** Counter; tags sink, queue: positions where events are missing. */
    public static final String GAPS = "taskqueue.replication.gaps";
    /** Counter; tags sink, queue: events that are missing, at least. */
    public static final String MISSING = "taskqueue.replication.missing";
    /** Gauge; tags sink, queue: 1 while the queue is marked diverged, 0 otherwise. */
    public static final String DIVERGED = "taskqueue.replication.diverged";
    /** Counter; tags sink, change (overtaken, recreated, shortened, partitions): what happened to the log of a partition. */
    public static final String LOG_CHANGES = "taskqueue.replication.log.changes";
    /** Counter; tag sink: records that are not valid events. */
    public static final String UNDECODABLE = "taskqueue.replication.undecodable";
    /** Counter; tags sink, callback (peer_key, observer): failures of functions of the application. */
    public static final String CALLBACK_FAILURES = "taskqueue.replication.callback.failures";
    /** Gauge; tags sink, queue: events parked. */
    public static final String PARKED = "taskqueue.replication.parked";
    /** Gauge; tag sink: events being applied. */
    public static final String INFLIGHT = "taskqueue.replication.inflight";
    /** Gauge; tag sink: 0 while actions may start, 1 while the sink waits for its target. */
    public static final String BREAKER = "taskqueue.replication.breaker";

    /** Gauge, events; tag sink: how many wait because the rate limit allows no further call now. */
    public static final String RATE_LIMITED = "taskqueue.replication.rate_limited";

    /** The tag {@code queue} of the series that queues share which have none of their own. */
    public static final String OTHER_QUEUES = "(other)";

    /** The outcome of an effect, as the tag {@code result}. */
    public enum Result {
        RUN,
        REUSED,
        FAILED,
        PARKED,
        MISSING
    }

    /** A function of the application that a sink calls, other than the sink itself, as the tag {@code callback}. */
    public enum Callback {
        PEER_KEY,
        OBSERVER
    }

    /** What happened to the log of a partition that the sink could not follow, as the tag {@code change}. */
    public enum Change {
        OVERTAKEN,
        RECREATED,
        SHORTENED,
        PARTITIONS
    }

    private static final Map<String, MeterDefinition> COUNTERS = byName(
            new MeterDefinition(APPLIED, "Events applied", "events"),
            new MeterDefinition(DUPLICATES, "Events seen before and dropped", "events"),
            new MeterDefinition(FENCED, "Events of a fenced epoch, dropped", "events"),
            new MeterDefinition(GAPS, "Positions where events are missing", "gaps"),
            new MeterDefinition(MISSING, "Events that are missing, at least", "events"));

    private static final Map<String, MeterDefinition> GAUGES = byName(
            new MeterDefinition(
                    SEQUENCE_LAG, "Newest position seen minus the one below which all is applied", "events"),
            new MeterDefinition(DIVERGED, "1 while the queue is marked diverged, 0 otherwise", null),
            new MeterDefinition(PARKED, "Events parked, waiting for an operator", "events"),
            new MeterDefinition(
                    WALL_CLOCK_LAG,
                    "0 where nothing is outstanding, else now minus the time of the newest applied event",
                    "seconds"));

    private static final MeterDefinition IN_FLIGHT = new MeterDefinition(INFLIGHT, "Events being applied", "events");

    private static final MeterDefinition LIMITED =
            new MeterDefinition(RATE_LIMITED, "Events that wait for the rate limit", "events");

    private static final MeterDefinition WAITING =
            new MeterDefinition(BREAKER, "1 while the sink waits for its target, 0 otherwise", null);

    private final MeterRegistry registry;
    private final Tags tags;
    private final LiveGauges gauges;
    private final Map<Result, Counter> effects = new EnumMap<>(Result.class);
    private final Map<Callback, Counter> callbackFailures = new EnumMap<>(Callback.class);
    private final Map<Change, Counter> logChanges = new EnumMap<>(Change.class);
    private final Counter ambiguous;
    private final Counter undecodable;
    private final Map<CounterKey, Counter> counters = new ConcurrentHashMap<>();

    public SinkMeters(MeterRegistry registry, String sink) {
        this.registry = registry;
        this.tags = Tags.of("sink", sink);
        this.gauges = new LiveGauges(registry);
        for (Result result : Result.values()) {
            effects.put(
                    result,
                    Counter.builder(EFFECTS)
                            .description("Effects, by their outcome")
                            .tags(tags.and("result", result.name().toLowerCase(Locale.ROOT)))
                            .register(registry));
        }
        for (Callback callback : Callback.values()) {
            callbackFailures.put(
                    callback,
                    Counter.builder(CALLBACK_FAILURES)
                            .description("Failures of functions of the application")
                            .tags(tags.and("callback", callback.name().toLowerCase(Locale.ROOT)))
                            .register(registry));
        }
        for (Change change : Change.values()) {
            logChanges.put(
                    change,
                    Counter.builder(LOG_CHANGES)
                            .description("What happened to the log of a partition that the sink could not follow")
                            .tags(tags.and("change", change.name().toLowerCase(Locale.ROOT)))
                            .register(registry));
        }
        this.ambiguous = Counter.builder(AMBIGUOUS)
                .description("Effects whose outcome was unknown")
                .tags(tags)
                .register(registry);
        this.undecodable = Counter.builder(UNDECODABLE)
                .description("Records that are not valid events")
                .tags(tags)
                .register(registry);
    }

    /**
     * A counter that is tagged with a queue.
     *
     * @param name {@link #APPLIED}, {@link #DUPLICATES}, {@link #FENCED}, {@link #GAPS} or {@link #MISSING}
     * @throws IllegalArgumentException if it is another name, which must not be tagged with a queue
     */
    public Counter counter(String name, String queue) {
        MeterDefinition definition = required(COUNTERS, name, "counter");
        return counters.computeIfAbsent(new CounterKey(name, queue), key -> Counter.builder(name)
                .description(definition.description())
                .tags(tags.and("queue", queue))
                .register(registry));
    }

    /** The counter of effects with a result. */
    public Counter effects(Result result) {
        Counter counter = effects.get(result);
        if (counter == null) {
            throw new IllegalArgumentException("There is no counter of effects with the result " + result + ".");
        }
        return counter;
    }

    /** The counter of failures of a function of the application. */
    public Counter callbackFailures(Callback callback) {
        return Objects.requireNonNull(callbackFailures.get(callback));
    }

    /** The counter of a kind of change of the log. */
    public Counter logChanges(Change change) {
        return Objects.requireNonNull(logChanges.get(change));
    }

    /** The counter of effects whose outcome was unknown. */
    public Counter ambiguous() {
        return ambiguous;
    }

    /** The counter of records that are not valid events. */
    public Counter undecodable() {
        return undecodable;
    }

    /** Measures events being applied by the whole sink; the subject is referenced weakly. */
    public <S> void inflight(S subject, ToDoubleFunction<S> events) {
        gauges.register(IN_FLIGHT, tags, subject, events);
    }

    /** Shows whether the whole sink waits for its target; the subject is referenced weakly. */
    public <S> void breaker(S subject, ToDoubleFunction<S> open) {
        gauges.register(WAITING, tags, subject, open);
    }

    /** Measures events that wait for the rate limit; the subject is referenced weakly. */
    public <S> void rateLimited(S subject, ToDoubleFunction<S> events) {
        gauges.register(LIMITED, tags, subject, events);
    }

    /**
     * A gauge that is tagged with a queue; the subject is referenced weakly.
     *
     * @param name {@link #SEQUENCE_LAG}, {@link #WALL_CLOCK_LAG}, {@link #DIVERGED} or {@link #PARKED}
     * @throws IllegalArgumentException if it is another name, which must not be tagged with a queue
     */
    public <S> void gauge(String name, String queue, S subject, ToDoubleFunction<S> value) {
        gauges.register(required(GAUGES, name, "gauge"), tags.and("queue", queue), subject, value);
    }

    /** Removes the meters that are tagged with a queue that is gone. */
    public void forget(String queue) {
        gauges.remove(gauge -> queue.equals(gauge.getId().getTag("queue")));
        counters.entrySet().removeIf(counter -> {
            boolean gone = counter.getKey().queue().equals(queue);
            if (gone) {
                registry.remove(counter.getValue());
            }
            return gone;
        });
    }

    /** Removes the gauges that were registered here. A second call does nothing. */
    @Override
    public void close() {
        gauges.close();
    }

    private static MeterDefinition required(Map<String, MeterDefinition> known, String name, String type) {
        MeterDefinition definition = known.get(name);
        if (definition == null) {
            throw new IllegalArgumentException("A " + type + " by queue is one of " + new TreeSet<>(known.keySet())
                    + ", but " + name + " was requested. Use a name of SinkMeters that is tagged with a queue.");
        }
        return definition;
    }

    private static Map<String, MeterDefinition> byName(MeterDefinition... definitions) {
        return Stream.of(definitions).collect(Collectors.toUnmodifiableMap(MeterDefinition::name, Function.identity()));
    }

    private record CounterKey(String name, String queue) {}
}
