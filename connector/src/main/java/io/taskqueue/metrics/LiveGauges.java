package io.taskqueue.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/**
 * The gauges of one subject, from its start to its end. A registry keeps the first gauge of a name and tags permanently, and shows
 * NaN once its subject is collected; here the newest subject replaces it, and a subject that ends removes its own gauges, but not
 * those of a later one.
 */
final class LiveGauges implements AutoCloseable {

    private final MeterRegistry registry;
    private final List<Gauge> registered = new ArrayList<>();

    LiveGauges(MeterRegistry registry) {
        this.registry = registry;
    }

    <S> void register(MeterDefinition definition, Tags tags, S subject, ToDoubleFunction<S> value) {
        // one step for all that share the registry: find, remove, register
        synchronized (registry) {
            // by its id: a search looks at all meters of the registry, for each of thousands
            Meter before = registry.removeByPreFilterId(new Meter.Id(
                    definition.name(), tags, definition.unit(), definition.description(), Meter.Type.GAUGE));
            if (before != null) {
                registered.removeIf(gauge -> gauge == before);
            }
            registered.add(Gauge.builder(definition.name(), subject, value)
                    .description(definition.description())
                    .baseUnit(definition.unit())
                    .tags(tags)
                    .register(registry));
        }
    }

    @Override
    public void close() {
        remove(gauge -> true);
    }

    /** Removes some of the gauges that were registered here. */
    void remove(Predicate<Gauge> gone) {
        synchronized (registry) {
            for (Gauge gauge : registered.stream().filter(gone).toList()) {
                registered.remove(gauge);
                boolean stillMine =
                        registry
                                .find(gauge.getId().getName())
                                .tags(gauge.getId().getTags())
                                .gauges()
                                .stream()
                                .anyMatch(shown -> shown == gauge);
                if (stillMine) {
                    registry.remove(gauge);
                }
            }
        }
    }
}
