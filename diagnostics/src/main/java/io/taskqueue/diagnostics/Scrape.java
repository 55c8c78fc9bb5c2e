package io.taskqueue.diagnostics;

import io.javalin.http.Context;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The answer of {@code /metrics}. */
final class Scrape {

    private final @Nullable PrometheusMeterRegistry prometheus;

    private Scrape(@Nullable PrometheusMeterRegistry prometheus) {
        this.prometheus = prometheus;
    }

    /** @throws IllegalArgumentException if no Prometheus registry is in it */
    static Scrape of(@Nullable MeterRegistry registry) {
        if (registry == null) {
            return new Scrape(null);
        }
        return new Scrape(flat(registry)
                .filter(PrometheusMeterRegistry.class::isInstance)
                .map(PrometheusMeterRegistry.class::cast)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("/metrics is Prometheus text, but the registry is a "
                        + registry.getClass().getSimpleName() + " without a PrometheusMeterRegistry in it. Pass a "
                        + "PrometheusMeterRegistry, or a CompositeMeterRegistry that one was added to.")));
    }

    private static Stream<MeterRegistry> flat(MeterRegistry registry) {
        return registry instanceof CompositeMeterRegistry composite
                ? composite.getRegistries().stream().flatMap(Scrape::flat)
                : Stream.of(registry);
    }

    void answer(Context context) {
        if (prometheus == null) {
            Answers.error(context, 404, "This process was started without meters.");
        } else {
            context.contentType("text/plain; version=0.0.4; charset=utf-8").result(prometheus.scrape());
        }
    }
}
