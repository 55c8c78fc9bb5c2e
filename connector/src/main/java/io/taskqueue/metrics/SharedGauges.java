package io.taskqueue.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleBinaryOperator;
import java.util.function.ToDoubleFunction;

/**
 * Gauges that several subjects share: each shows one figure of all of them, such as their sum. A gauge is registered with its first subject, and
 * stays; without a subject it shows NaN. Thread-safe.
 */
final class SharedGauges {

    private record Name(String meter, Tags tags) {}

    private final LiveGauges gauges;
    private final Map<Name, Shared> shared = new HashMap<>();

    SharedGauges(MeterRegistry registry) {
        this.gauges = new LiveGauges(registry);
    }

    /** The part of one source. */
    SourceMeters.Gauges ofSource() {
        return new SourceMeters.Gauges() {

            private final List<Value<?>> shown = new ArrayList<>();

            @Override
            public synchronized <S> void show(
                    MeterDefinition definition,
                    Tags tags,
                    S subject,
                    ToDoubleFunction<S> value,
                    DoubleBinaryOperator together) {
                Shared gauge = shared(definition, tags, together);
                Value<S> added = new Value<>(gauge, new WeakReference<>(subject), value);
                gauge.values.add(added);
                shown.add(added);
            }

            @Override
            public synchronized void close() {
                shown.forEach(Value::remove);
                shown.clear();
            }
        };
    }

    private synchronized Shared shared(MeterDefinition definition, Tags tags, DoubleBinaryOperator together) {
        return shared.computeIfAbsent(new Name(definition.name(), tags), name -> {
            Shared created = new Shared(together);
            gauges.register(definition, tags, created, Shared::value);
            return created;
        });
    }

    /** A gauge of several subjects. */
    private static final class Shared {

        private final Set<Value<?>> values = ConcurrentHashMap.newKeySet();
        private final DoubleBinaryOperator together;

        Shared(DoubleBinaryOperator together) {
            this.together = together;
        }

        double value() {
            return values.stream()
                    .mapToDouble(Value::get)
                    .filter(one -> !Double.isNaN(one))
                    .reduce(together)
                    .orElse(Double.NaN);
        }
    }

    /** The value of one subject; compared by identity. */
    private static final class Value<S> {

        private final Shared gauge;
        private final WeakReference<S> subject;
        private final ToDoubleFunction<S> function;

        Value(Shared gauge, WeakReference<S> subject, ToDoubleFunction<S> function) {
            this.gauge = gauge;
            this.subject = subject;
            this.function = function;
        }

        double get() {
            S alive = subject.get();
            return alive == null ? Double.NaN : function.applyAsDouble(alive);
        }

        void remove() {
            gauge.values.remove(this);
        }
    }
}
