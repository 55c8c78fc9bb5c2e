package io.taskqueue.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.taskqueue.event.EventKind;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToDoubleFunction;

/**
 * The meters of a queue and its source. Thread-safe.
 *
 * <p>Counters are there from the start, at 0, and stay, at most of 1,000 queues whose sources have closed; to increment one never throws. A
 * gauge shows the subject that was registered last for its queue and
 * is removed by {@link #close}, unless the queue's next source has replaced it.
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

    private static final List<String> COUNTERS = List.of(EVENTS, LEASES_EXPIRED, PRODUCER_FAILURES, OBSERVER_FAILURES);

    private final MeterRegistry registry;
    private final String queue;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Tags tags;
    private final LiveGauges gauges;
    private final Map<EventKind, Counter> events = new EnumMap<>(EventKind.class);
    private final Counter leasesExpired;
    private final Counter producerFailures;
    private final Counter observerFailures;

    public SourceMeters(MeterRegistry registry, String queue) {
        this.registry = registry;
        this.queue = queue;
        ClosedQueues.of(registry).opened(queue);
        this.tags = Tags.of("queue", queue);
        this.gauges = new LiveGauges(registry);
        for (EventKind kind : EventKind.values()) {
            events.put(
                    kind,
                    new ContainedCounter(Counter.builder(EVENTS)
                            .description("Events acknowledged by Kafka")
                            .tags(tags.and("kind", kind.wireName()))
                            .register(registry)));
        }
        this.leasesExpired = counter(registry, LEASES_EXPIRED, "Leases that expired or were revoked");
        this.producerFailures = counter(registry, PRODUCER_FAILURES, "Producers replaced because they failed");
        this.observerFailures = counter(registry, OBSERVER_FAILURES, "Observers that threw or were too slow");
    }

    private Counter counter(MeterRegistry registry, String name, String description) {
        return new ContainedCounter(
                Counter.builder(name).description(description).tags(tags).register(registry));
    }

    /** The counter of acknowledged events of a kind. */
    public Counter events(EventKind kind) {
        Counter counter = events.get(kind);
        if (counter == null) {
            throw new IllegalArgumentException("There is no counter of events of kind " + kind + ".");
        }
        return counter;
    }

    /** The counter of leases that expired or were revoked. */
    public Counter leasesExpired() {
        return leasesExpired;
    }

    /** The counter of producers that were replaced because they failed. */
    public Counter producerFailures() {
        return producerFailures;
    }

    /** The counter of observers' failures. */
    public Counter observerFailures() {
        return observerFailures;
    }

    /** Measures how many events wait for their acknowledgement; the source is referenced weakly. */
    public <S> void buffer(S source, ToDoubleFunction<S> events) {
        gauges.register(BUFFERED, tags, source, events);
    }

    /** Measures which share of the buffer is taken, 1 when it is full; the source is referenced weakly. */
    public <S> void bufferUsed(S source, ToDoubleFunction<S> share) {
        gauges.register(BUFFER_SHARE, tags, source, share);
    }

    /** Measures whether the source is fenced, 1 or 0; the source is referenced weakly. */
    public <S> void fenced(S source, ToDoubleFunction<S> fenced) {
        gauges.register(FENCED_SOURCES, tags, source, fenced);
    }

    /** Measures how many tasks of the queue are in a state, as in {@code pending}; the queue is referenced weakly. */
    public <Q> void depth(String state, Q taskQueue, ToDoubleFunction<Q> tasks) {
        gauges.register(TASKS, tags.and("state", state), taskQueue, tasks);
    }

    /** Removes the gauges that were registered here. A second call does nothing. */
    @Override
    public void close() {
        gauges.close();
        if (closed.compareAndSet(false, true)) {
            ClosedQueues.of(registry).closed(queue).ifPresent(this::removeCounters);
        }
    }

    private void removeCounters(String ofQueue) {
        for (String name : COUNTERS) {
            registry.find(name).tag("queue", ofQueue).counters().forEach(registry::remove);
        }
    }

    /** A counter whose failure, in a registry of the application, fails nothing else: it is counted where events must not be lost. */
    private record ContainedCounter(Counter counter) implements Counter {

        @Override
        public void increment(double amount) {
            try {
                counter.increment(amount);
            } catch (RuntimeException | Error e) {
                // the registry lost a measurement
            }
        }

        @Override
        public double count() {
            return counter.count();
        }

        @Override
        public Id getId() {
            return counter.getId();
        }
    }
}
