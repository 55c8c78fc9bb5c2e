package io.taskqueue.http;

import io.javalin.http.Context;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Serves {@code /metrics}: the meters in the text format of Prometheus. */
public final class MetricsEndpoint {

    private final @Nullable PrometheusMeterRegistry prometheus;

    private MetricsEndpoint(@Nullable PrometheusMeterRegistry prometheus) {
        this.prometheus = prometheus;
    }

    /** @throws IllegalArgumentException if the registry is not a Prometheus registry and contains none */
    public static MetricsEndpoint of(@Nullable MeterRegistry registry) {
        if (registry == null) {
            return new MetricsEndpoint(null);
        }
        return new MetricsEndpoint(flatten(registry)
                .filter(PrometheusMeterRegistry.class::isInstance)
                .map(PrometheusMeterRegistry.class::cast)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "/metrics requires a PrometheusMeterRegistry, but the registry is a "
                                + registry.getClass().getSimpleName() + " that contains none. Pass a "
                                + "PrometheusMeterRegistry, or a CompositeMeterRegistry that one was added to.")));
    }

    private static Stream<MeterRegistry> flatten(MeterRegistry registry) {
        return registry instanceof CompositeMeterRegistry composite
                ? composite.getRegistries().stream().flatMap(MetricsEndpoint::flatten)
                : Stream.of(registry);
    }

    public void serve(Context context) {
        if (prometheus == null) {
            JsonResponses.error(context, 404, "This process was started without meters.");
        } else {
            context.contentType("text/plain; version=0.0.4; charset=utf-8").result(prometheus.scrape());
        }
    }
}
