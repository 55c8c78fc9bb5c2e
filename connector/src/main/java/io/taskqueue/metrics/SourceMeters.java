package io.taskqueue.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.taskqueue.event.EventKind;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.DoubleBinaryOperator;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The meters of a queue and its source. Thread-safe.
 *
 * <p>Counters are there from the start, at 0, and stay, at most of 1,000 queues whose sources have closed; to increment one never throws. A
 * gauge shows the subject that was registered last for its queue and
 * is removed by {@link #close}, unless the queue's next source has replaced it.
 *
 * <p>In a process with very many queues only some have meters of their own ({@link SourceSeries}); the others share those with the queue name
 * {@value SinkMeters#OTHER_QUEUES}.
 */
public final class SourceMeters implements AutoCloseable {

    /** Counter; tags queue, kind: events acknowledged by Kafka. */
    public static final String EVENTS = "taskqueue.replication.events";
    /** Gauge; tag queue: events that are not acknowledged yet. */
    public static final String BUFFER = "taskqueue.replication.buffer";
    /** Gauge; tag queue: the share of the buffer that is taken, by events or by bytes; from 1 on, {@code enqueue} and {@code lease} wait. */
    public static final String BUFFER_USED = "taskqueue.replication.buffer.used";
    /** Gauge; tags queue, state: tasks in the queue. */
    public static final String DEPTH = "taskqueue.depth";
    /** Counter; tag queue: leases that expired or were revoked. */
    public static final String LEASES_EXPIRED = "taskqueue.leases.expired";
    /** Counter; tag queue: how often the producer was replaced because it failed. */
    public static final String PRODUCER_FAILURES = "taskqueue.replication.producer.failures";
    /** Counter; tag queue: how often an observer threw, or got no more events because it was too slow. */
    public static final String OBSERVER_FAILURES = "taskqueue.replication.observer.failures";

    /** Gauge; tag queue: 1 once another source has claimed the queue, 0 before. The counter of that name is {@link SinkMeters#FENCED}. */
    public static final String FENCED = SinkMeters.FENCED;

    private static final MeterDefinition BUFFERED =
            new MeterDefinition(BUFFER, "Events that are not acknowledged yet", "events");
    private static final MeterDefinition BUFFER_SHARE =
            new MeterDefinition(BUFFER_USED, "The share of the buffer that is taken", "ratio");
    private static final MeterDefinition TASKS = new MeterDefinition(DEPTH, "Tasks in the queue", "tasks");

    /** Its unit keeps its name in Prometheus apart from that of the sinks' counter. */
    private static final MeterDefinition FENCED_SOURCES =
            new MeterDefinition(FENCED, "1 once another source has claimed the queue, 0 before", "sources");

    /** Where the gauges of a source are shown. */
    interface Gauges extends AutoCloseable {

        /**
         * Shows a value of the subject.
         *
         * @param together what is shown of several subjects that share a gauge
         */
        <S> void show(
                MeterDefinition definition,
                Tags tags,
                S subject,
                ToDoubleFunction<S> value,
                DoubleBinaryOperator together);

        /** Shows no more of the subjects. */
        @Override
        void close();
    }

    private final SourceCounters counters;
    private final Tags tags;
    private final @Nullable Gauges gauges;
    private final Runnable whenClosed;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** The meters of a queue that has its own. */
    public SourceMeters(MeterRegistry registry, String queue) {
        this(registry, queue, () -> {});
    }

    SourceMeters(MeterRegistry registry, String queue, Runnable whenClosed) {
        this(counters(registry, queue), tagsOf(queue), own(registry), () -> {
            ClosedQueues.of(registry).closed(queue).ifPresent(gone -> SourceCounters.remove(registry, gone));
            whenClosed.run();
        });
    }

    private static SourceCounters counters(MeterRegistry registry, String queue) {
        ClosedQueues.of(registry).opened(queue); // first: they are not removed from now on
        return SourceCounters.of(registry, queue);
    }

    /** @param gauges null if none are shown */
    SourceMeters(SourceCounters counters, Tags tags, @Nullable Gauges gauges, Runnable whenClosed) {
        this.counters = counters;
        this.tags = tags;
        this.gauges = gauges;
        this.whenClosed = whenClosed;
    }

    private static Gauges own(MeterRegistry registry) {
        LiveGauges live = new LiveGauges(registry);
        return new Gauges() {
            @Override
            public <S> void show(
                    MeterDefinition definition,
                    Tags tags,
                    S subject,
                    ToDoubleFunction<S> value,
                    DoubleBinaryOperator together) {
                live.register(definition, tags, subject, value);
            }

            @Override
            public void close() {
                live.close();
            }
        };
    }

    static Tags tagsOf(String queue) {
        return Tags.of("queue", queue);
    }

    /** The counter of acknowledged events of a kind. */
    public Counter events(EventKind kind) {
        return counters.events(kind);
    }

    /** The counter of leases that expired or were revoked. */
    public Counter leasesExpired() {
        return counters.leasesExpired();
    }

    /** The counter of producers that were replaced because they failed. */
    public Counter producerFailures() {
        return counters.producerFailures();
    }

    /** The counter of observers' failures. */
    public Counter observerFailures() {
        return counters.observerFailures();
    }

    /** Measures how many events wait for their acknowledgement; the source is referenced weakly. */
    public <S> void buffer(S source, ToDoubleFunction<S> events) {
        show(BUFFERED, tags, source, events, Double::sum);
    }

    /** Measures which share of the buffer is taken, 1 when it is full; the source is referenced weakly. */
    public <S> void bufferUsed(S source, ToDoubleFunction<S> share) {
        show(BUFFER_SHARE, tags, source, share, Math::max);
    }

    /** Measures whether the source is fenced, 1 or 0; the source is referenced weakly. */
    public <S> void fenced(S source, ToDoubleFunction<S> fenced) {
        show(FENCED_SOURCES, tags, source, fenced, Math::max);
    }

    /** Measures how many tasks of the queue are in a state, as in {@code pending}; the queue is referenced weakly. */
    public <Q> void depth(String state, Q taskQueue, ToDoubleFunction<Q> tasks) {
        if (gauges != null) {
            show(TASKS, tags.and("state", state), taskQueue, tasks, Double::sum);
        }
    }

    private <S> void show(
            MeterDefinition definition, Tags of, S subject, ToDoubleFunction<S> value, DoubleBinaryOperator together) {
        if (gauges != null) {
            gauges.show(definition, of, subject, value, together);
        }
    }

    /** Removes the gauges that were registered here. A second call does nothing. */
    @Override
    public void close() {
        if (gauges != null) {
            gauges.close();
        }
        if (closed.compareAndSet(false, true)) {
            whenClosed.run();
        }
    }
}
