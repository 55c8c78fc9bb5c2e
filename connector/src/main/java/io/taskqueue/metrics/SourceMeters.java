package io.taskqueue.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.taskqueue.event.EventKind;
import java.util.function.ToDoubleFunction;

/** The meters of a queue and its source. Thread-safe. */
public final class SourceMeters {

    /** Counter; tags queue, kind: events acknowledged by Kafka. */
    public static final String EVENTS = "taskqueue.replication.events";
    /** Gauge; tag queue: events taken and not acknowledged yet. */
    public static final String BUFFER = "taskqueue.replication.buffer";
    /** Gauge; tags queue, state: tasks in the queue. */
    public static final String DEPTH = "taskqueue.depth";
    /** Counter; tag queue: leases that ran out or were revoked. */
    public static final String LEASES_EXPIRED = "taskqueue.leases.expired";

    private final MeterRegistry registry;
    private final String queue;

    public SourceMeters(MeterRegistry registry, String queue) {
        this.registry = registry;
        this.queue = queue;
    }

    /** The counter of acknowledged events of a kind. */
    public Counter events(EventKind kind) {
        return Counter.builder(EVENTS)
                .description("Events acknowledged by Kafka")
                .tags("queue", queue, "kind", kind.wireName())
                .register(registry);
    }

    public Counter leasesExpired() {
        return Counter.builder(LEASES_EXPIRED)
                .description("Leases that ran out or were revoked")
                .tags("queue", queue)
                .register(registry);
    }

    /** Measures how many events the source holds; the source is referenced weakly. */
    public <S> void buffer(S source, ToDoubleFunction<S> events) {
        Gauge.builder(BUFFER, source, events)
                .description("Events taken and not acknowledged yet")
                .baseUnit("events")
                .tags("queue", queue)
                .register(registry);
    }

    /** Measures how many tasks of the queue are in a state, as in {@code pending}; the queue is referenced weakly. */
    public <Q> void depth(String state, Q taskQueue, ToDoubleFunction<Q> tasks) {
        Gauge.builder(DEPTH, taskQueue, tasks)
                .description("Tasks in the queue")
                .baseUnit("tasks")
                .tags("queue", queue, "state", state)
                .register(registry);
    }
}
