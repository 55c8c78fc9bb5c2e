package io.taskqueue.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The meters of a sink. Thread-safe. */
public final class SinkMeters {

    /** Counter; tags sink, queue: events applied. */
    public static final String APPLIED = "taskqueue.replication.applied";
    /** Gauge; tags sink, queue: newest position seen minus the position below which all is applied, in events. */
    public static final String SEQUENCE_LAG = "taskqueue.replication.sequence_lag";
    /** Gauge; tags sink, queue: now minus the time of the newest applied event, in seconds. */
    public static final String WALL_CLOCK_LAG = "taskqueue.replication.wall_clock_lag";
    /** Counter; tags sink, result (run, reused, failed, parked, missing): effects. */
    public static final String EFFECTS = "taskqueue.replication.effects";
    /** Counter; tags sink, queue: events seen before and dropped. */
    public static final String DUPLICATES = "taskqueue.replication.duplicates";
    /** Counter; tags sink, queue: events of a fenced epoch, dropped. */
    public static final String FENCED = "taskqueue.replication.fenced";
    /** Counter; tags sink, queue: places in the history where events are missing. */
    public static final String GAPS = "taskqueue.replication.gaps";
    /** Counter; tag sink: records that are no events. */
    public static final String UNDECODABLE = "taskqueue.replication.undecodable";
    /** Gauge; tag sink: events being applied. */
    public static final String INFLIGHT = "taskqueue.replication.inflight";

    /** What became of an effect, as the tag {@code result}. */
    public enum Result {
        RUN,
        REUSED,
        FAILED,
        PARKED,
        MISSING
    }

    private final MeterRegistry registry;
    private final Tags tags;

    public SinkMeters(MeterRegistry registry, String sink) {
        this.registry = registry;
        this.tags = Tags.of("sink", sink);
    }

    /** A counter by one of the names of this class that are tagged with a queue. */
    public Counter counter(String name, String queue) {
        return registry.counter(name, tags.and("queue", queue));
    }

    public Counter effects(Result result) {
        return registry.counter(EFFECTS, tags.and("result", result.name().toLowerCase(Locale.ROOT)));
    }

    public Counter undecodable() {
        return registry.counter(UNDECODABLE, tags);
    }

    /** Measures events being applied; the subject is referenced weakly. */
    public <S> void inflight(S subject, ToDoubleFunction<S> events) {
        Gauge.builder(INFLIGHT, subject, events).baseUnit("events").tags(tags).register(registry);
    }

    /** A gauge by one of the names of this class that are tagged with a queue; the subject is referenced weakly. */
    public <S> void gauge(String name, String queue, S subject, ToDoubleFunction<S> value) {
        Gauge.builder(name, subject, value).tags(tags.and("queue", queue)).register(registry);
    }
}
