package io.taskqueue.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.noop.NoopCounter;
import io.taskqueue.event.EventKind;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The counters of one series: those of a queue, or those that several queues share. To increment one never throws. Thread-safe. */
final class SourceCounters {

    private static final List<String> NAMES = List.of(
            SourceMeters.EVENTS,
            SourceMeters.LEASES_EXPIRED,
            SourceMeters.PRODUCER_FAILURES,
            SourceMeters.OBSERVER_FAILURES);

    /** Where nothing is measured: one for all queues. */
    static final SourceCounters NONE = new SourceCounters(
            counter -> new NoopCounter(new Meter.Id(SourceMeters.EVENTS, Tags.empty(), null, null, Meter.Type.COUNTER)),
            Tags.empty());

    private final Map<EventKind, Counter> events = new EnumMap<>(EventKind.class);
    private final Counter leasesExpired;
    private final Counter producerFailures;
    private final Counter observerFailures;

    private SourceCounters(Function<Counter.Builder, Counter> registered, Tags tags) {
        for (EventKind kind : EventKind.values()) {
            events.put(
                    kind,
                    registered.apply(Counter.builder(SourceMeters.EVENTS)
                            .description("Events acknowledged by Kafka")
                            .tags(tags.and("kind", kind.wireName()))));
        }
        leasesExpired = registered.apply(Counter.builder(SourceMeters.LEASES_EXPIRED)
                .description("Leases that expired or were revoked")
                .tags(tags));
        producerFailures = registered.apply(Counter.builder(SourceMeters.PRODUCER_FAILURES)
                .description("Producers replaced because they failed")
                .tags(tags));
        observerFailures = registered.apply(Counter.builder(SourceMeters.OBSERVER_FAILURES)
                .description("Observers that threw or were too slow")
                .tags(tags));
    }

    /** Registers the counters of a queue, each at 0. */
    static SourceCounters of(MeterRegistry registry, String queue) {
        return new SourceCounters(
                counter -> new ContainedCounter(counter.register(registry)), SourceMeters.tagsOf(queue));
    }

    /** Removes the counters of a queue. */
    static void remove(MeterRegistry registry, String queue) {
        for (String name : NAMES) {
            registry.find(name).tags(SourceMeters.tagsOf(queue)).counters().forEach(registry::remove);
        }
    }

    Counter events(EventKind kind) {
        Counter counter = events.get(kind);
        if (counter == null) {
            throw new IllegalArgumentException("There is no counter of events of kind " + kind + ".");
        }
        return counter;
    }

    Counter leasesExpired() {
        return leasesExpired;
    }

    Counter producerFailures() {
        return producerFailures;
    }

    Counter observerFailures() {
        return observerFailures;
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
