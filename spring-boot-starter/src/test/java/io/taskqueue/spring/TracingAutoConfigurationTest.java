package io.taskqueue.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.observation.ObservationRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.taskqueue.tracing.ObservationTracing;
import io.taskqueue.tracing.OpenTelemetryTracing;
import io.taskqueue.tracing.TraceSpan;
import io.taskqueue.tracing.Tracing;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.opentelemetry.autoconfigure.OpenTelemetrySdkAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Which tracing an application has by its beans and its class path; what is traced with it, see TracedApplicationTest. */
class TracingAutoConfigurationTest {

    private static final String MICROMETER_TRACING = "io.micrometer.tracing";
    private static final String OPEN_TELEMETRY = "io.opentelemetry";

    @Configuration(proxyBeanMethods = false)
    static class Registry {
        @Bean
        ObservationRegistry registry() {
            return ObservationRegistry.create();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Telemetry {
        @Bean
        OpenTelemetry telemetry() {
            return OpenTelemetry.noop();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnTracing {
        @Bean
        Tracing own() {
            return start -> TraceSpan.NONE;
        }
    }

    private static ApplicationContextRunner application(Class<?>... beans) {
        return SpringTestCluster.context().withUserConfiguration(beans);
    }

    @Test
    void anObservationRegistryWithMicrometersTracingIsUsed() {
        application(Registry.class)
                .run(context -> assertThat(context.getBean(Tracing.class)).isInstanceOf(ObservationTracing.class));
    }

    @Test
    void openTelemetryIsUsedWhereThereIsNoObservationRegistry() {
        application(Telemetry.class)
                .run(context -> assertThat(context.getBean(Tracing.class)).isInstanceOf(OpenTelemetryTracing.class));
    }

    @Test
    void theObservationRegistryWinsOverOpenTelemetry() {
        application(Registry.class, Telemetry.class)
                .run(context -> assertThat(context.getBean(Tracing.class)).isInstanceOf(ObservationTracing.class));
    }

    /** As with the actuator, whose registry is there for metrics, beside OpenTelemetry's own starter. */
    @Test
    void openTelemetryIsUsedWhereTheObservationRegistryHasNoTracing() {
        application(Registry.class, Telemetry.class)
                .withClassLoader(new FilteredClassLoader(MICROMETER_TRACING))
                .run(context -> assertThat(context.getBean(Tracing.class)).isInstanceOf(OpenTelemetryTracing.class));
    }

    @Test
    void theTracingOfTheApplicationWinsOverBoth() {
        application(Registry.class, Telemetry.class, OwnTracing.class)
                .run(context -> assertThat(context).getBeanNames(Tracing.class).containsExactly("own"));
    }

    @Configuration(proxyBeanMethods = false)
    static class SecondTracing {
        @Bean
        Tracing second() {
            return start -> TraceSpan.NONE;
        }
    }

    @Test
    void twoTracingsOfWhichNoneIsPrimaryAreRefused() {
        application(OwnTracing.class, SecondTracing.class).run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .isInstanceOf(NoUniqueBeanDefinitionException.class)
                .hasMessageContaining("found 2: own,second"));
    }

    @Test
    void theRegistryThatSpringBootCreatesIsFound() {
        application()
                .withConfiguration(AutoConfigurations.of(ObservationAutoConfiguration.class))
                .run(context -> assertThat(context.getBean(Tracing.class)).isInstanceOf(ObservationTracing.class));
    }

    @Test
    void theOpenTelemetryThatSpringBootCreatesIsFound() {
        application()
                .withConfiguration(AutoConfigurations.of(OpenTelemetrySdkAutoConfiguration.class))
                .run(context -> assertThat(context.getBean(Tracing.class)).isInstanceOf(OpenTelemetryTracing.class));
    }

    @Test
    void observationsNeedNoOpenTelemetry() {
        application(Registry.class)
                .withClassLoader(new FilteredClassLoader(OPEN_TELEMETRY))
                .run(context -> assertThat(context.getBean(Tracing.class)).isInstanceOf(ObservationTracing.class));
    }

    @Test
    void openTelemetryNeedsNoMicrometer() {
        application(Telemetry.class)
                .withClassLoader(new FilteredClassLoader(MICROMETER_TRACING, "io.micrometer.observation"))
                .run(context -> assertThat(context.getBean(Tracing.class)).isInstanceOf(OpenTelemetryTracing.class));
    }

    @Test
    void anApplicationWithNeitherLibraryStarts() {
        application()
                .withClassLoader(
                        new FilteredClassLoader(MICROMETER_TRACING, "io.micrometer.observation", OPEN_TELEMETRY))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(SinkServices.class)
                        .hasSingleBean(TaskQueueTracingAutoConfiguration.class)
                        .doesNotHaveBean(Tracing.class));
    }

    @Test
    void anApplicationWithBothLibrariesAndNoBeanOfThemHasNoTracing() {
        application().run(context -> assertThat(context)
                .hasNotFailed()
                .hasSingleBean(TaskQueueTracingAutoConfiguration.class)
                .doesNotHaveBean(Tracing.class));
    }

    @Test
    void switchedOffThereIsNoTracing() {
        application(Registry.class, Telemetry.class)
                .withPropertyValues("taskqueue.tracing.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(Tracing.class));
        application(Registry.class, Telemetry.class)
                .withPropertyValues("taskqueue.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(Tracing.class));
    }
}
