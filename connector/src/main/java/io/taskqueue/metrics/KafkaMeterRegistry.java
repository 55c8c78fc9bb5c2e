package io.taskqueue.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.pause.PauseDetector;
import io.micrometer.core.instrument.noop.NoopCounter;
import io.micrometer.core.instrument.noop.NoopDistributionSummary;
import io.micrometer.core.instrument.noop.NoopFunctionCounter;
import io.micrometer.core.instrument.noop.NoopFunctionTimer;
import io.micrometer.core.instrument.noop.NoopGauge;
import io.micrometer.core.instrument.noop.NoopMeter;
import io.micrometer.core.instrument.noop.NoopTimer;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where the meters of our Kafka clients are bound: it registers them in the host's registry, with {@value #PREFIX} before their names.
 * The host may bind the meters of its own clients there, with other tags, and Prometheus accepts one set of tags for a name: without the
 * prefix, the meters that were bound second would be refused. A meter of ours that differs from one of the same name in its tags is left
 * out.
 *
 * <p>It knows the two types of meters that Micrometer's binders for Kafka use. Thread-safe.
 */
public final class KafkaMeterRegistry extends MeterRegistry {

    /** The beginning of the name of each meter. */
    public static final String PREFIX = "taskqueue.";

    private final MeterRegistry host;
    private final Map<Meter.Id, Meter> registered = new ConcurrentHashMap<>();

    /** @param host the registry that shows the meters */
    public KafkaMeterRegistry(MeterRegistry host) {
        super(host.config().clock());
        this.host = host;
        config().onMeterRemoved(removed -> {
            Meter shown = registered.remove(removed.getId());
            if (shown != null) {
                var unused = host.remove(shown);
            }
        });
    }

    private record ShownGauge(Id id, Gauge shown) implements Gauge {

        @Override
        public double value() {
            return shown.value();
        }

        @Override
        public Id getId() {
            return id;
        }
    }

    private record ShownCounter(Id id, FunctionCounter shown) implements FunctionCounter {

        @Override
        public double count() {
            return shown.count();
        }

        @Override
        public Id getId() {
            return id;
        }
    }

    @Override
    protected <T> Gauge newGauge(Meter.Id id, @Nullable T subject, ToDoubleFunction<T> value) {
        if (!fits(id)) {
            return new NoopGauge(id);
        }
        Gauge shown = Gauge.builder(PREFIX + id.getName(), subject, value)
                .tags(id.getTags())
                .description(id.getDescription())
                .baseUnit(id.getBaseUnit())
                .register(host);
        registered.put(id, shown);
        return new ShownGauge(id, shown);
    }

    @Override
    protected <T> FunctionCounter newFunctionCounter(Meter.Id id, T subject, ToDoubleFunction<T> count) {
        if (!fits(id)) {
            return new NoopFunctionCounter(id);
        }
        FunctionCounter shown = FunctionCounter.builder(PREFIX + id.getName(), subject, count)
                .tags(id.getTags())
                .description(id.getDescription())
                .baseUnit(id.getBaseUnit())
                .register(host);
        registered.put(id, shown);
        return new ShownCounter(id, shown);
    }

    /** Whether the meters of that name which the host has carry the same tags. */
    private boolean fits(Meter.Id id) {
        Set<String> keys = keys(id);
        return host.find(PREFIX + id.getName()).meters().stream()
                .allMatch(other -> keys(other.getId()).containsAll(keys)
                        && other.getId().getTags().size() - id.getTags().size() <= commonTags(other));
    }

    /** How many tags the host adds to its meters. */
    private int commonTags(Meter other) {
        return registered.entrySet().stream()
                .findAny()
                .map(any -> any.getValue().getId().getTags().size()
                        - any.getKey().getTags().size())
                .orElse(other.getId().getTags().size());
    }

    private static Set<String> keys(Meter.Id id) {
        return id.getTags().stream().map(Tag::getKey).collect(Collectors.toSet());
    }

    /** A binder registers one, to learn of common tags, and removes it. */
    @Override
    protected Meter newMeter(Meter.Id id, Meter.Type type, Iterable<Measurement> measurements) {
        return new NoopMeter(id);
    }

    @Override
    protected Counter newCounter(Meter.Id id) {
        return new NoopCounter(id);
    }

    @Override
    protected Timer newTimer(Meter.Id id, DistributionStatisticConfig histogram, PauseDetector pauses) {
        return new NoopTimer(id);
    }

    @Override
    protected DistributionSummary newDistributionSummary(
            Meter.Id id, DistributionStatisticConfig histogram, double scale) {
        return new NoopDistributionSummary(id);
    }

    @Override
    protected <T> FunctionTimer newFunctionTimer(
            Meter.Id id, T subject, ToLongFunction<T> count, ToDoubleFunction<T> total, TimeUnit unit) {
        return new NoopFunctionTimer(id);
    }

    @Override
    protected TimeUnit getBaseTimeUnit() {
        return TimeUnit.SECONDS;
    }

    @Override
    protected DistributionStatisticConfig defaultHistogramConfig() {
        return DistributionStatisticConfig.NONE;
    }
}
