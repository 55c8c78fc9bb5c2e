package io.taskqueue.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The gauges of one subject's life. A registry keeps the first gauge of a name and tags for good, and shows NaN once its
 * subject is gone; here the newest subject takes the place, and what ends takes its gauges with it unless another has.
 */
final class LiveGauges implements AutoCloseable {

    private final MeterRegistry registry;
    private final List<Gauge> registered = new ArrayList<>();

    LiveGauges(MeterRegistry registry) {
        this.registry = registry;
    }

    <S> void register(Meaning meaning, Tags tags, S subject, ToDoubleFunction<S> value) {
        // all who share the registry: finding, removing and registering is one step
        synchronized (registry) {
            for (Gauge before :
                    List.copyOf(registry.find(meaning.name()).tags(tags).gauges())) {
                registry.remove(before);
                registered.remove(before);
            }
            registered.add(Gauge.builder(meaning.name(), subject, value)
                    .description(meaning.description())
                    .baseUnit(meaning.unit())
                    .tags(tags)
                    .register(registry));
        }
    }

    @Override
    public void close() {
        synchronized (registry) {
            for (Gauge gauge : registered) {
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
            registered.clear();
        }
    }
}
