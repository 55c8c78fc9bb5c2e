package io.taskqueue.spring;

import io.micrometer.observation.ObservationRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.taskqueue.tracing.ObservationTracing;
import io.taskqueue.tracing.OpenTelemetryTracing;
import io.taskqueue.tracing.Tracing;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

/**
 * The bean {@link Tracing} that the queues and sinks of the application have, from the beans that the application traces with; the first
 * that is there:
 *
 * <pre>
 *   Tracing                of the application            itself
 *   ObservationRegistry    and Micrometer's tracing      ObservationTracing
 *   OpenTelemetry                                        OpenTelemetryTracing
 *   none of them                                         no bean, and no spans
 * </pre>
 *
 * <p>Neither library is needed. An {@code ObservationRegistry} alone is no tracing: each application with the actuator has one, for its
 * metrics.
 */
@AutoConfiguration(
        afterName = {
            "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration",
            "org.springframework.boot.opentelemetry.autoconfigure.OpenTelemetrySdkAutoConfiguration",
            "io.opentelemetry.instrumentation.spring.autoconfigure.OpenTelemetryAutoConfiguration"
        })
@ConditionalOnProperty(
        prefix = TaskQueueProperties.PREFIX,
        name = {"enabled", "tracing.enabled"},
        matchIfMissing = true)
@ConditionalOnMissingBean(Tracing.class)
public final class TaskQueueTracingAutoConfiguration {

    @Order(1)
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(value = ObservationRegistry.class, name = "io.micrometer.tracing.Tracer")
    @ConditionalOnSingleCandidate(ObservationRegistry.class)
    static class Observations {

        @Bean
        ObservationTracing taskQueueTracing(ObservationRegistry registry) {
            return ObservationTracing.of(registry);
        }
    }

    @Order(2) // after the other, which wins
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(OpenTelemetry.class)
    @ConditionalOnSingleCandidate(OpenTelemetry.class)
    @ConditionalOnMissingBean(Tracing.class)
    static class OpenTelemetrySpans {

        @Bean
        OpenTelemetryTracing taskQueueTracing(OpenTelemetry openTelemetry) {
            return OpenTelemetryTracing.of(openTelemetry);
        }
    }
}
