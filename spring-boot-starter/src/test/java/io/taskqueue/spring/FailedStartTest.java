package io.taskqueue.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.source.SourceStartException;
import io.taskqueue.spring.SpringTestCluster.Order;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What users see where an application does not start. */
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
class FailedStartTest {

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}

    @Test
    void kafkaThatCannotBeReachedIsReportedWithoutAStackTrace(CapturedOutput output) {
        SpringApplication application = new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .build();

        assertThatThrownBy(() -> application.run(
                        "--" + SpringTestCluster.ordersQueue(),
                        "--spring.kafka.bootstrap-servers=127.0.0.1:1",
                        "--spring.kafka.properties.default.api.timeout.ms=1500",
                        "--spring.kafka.properties.request.timeout.ms=1000"))
                .hasStackTraceContaining(SourceStartException.class.getName());

        String report = output.getAll().substring(output.getAll().indexOf("APPLICATION FAILED TO START"));
        assertThat(report).contains("Description:", "127.0.0.1:1").doesNotContain("\tat ");
    }

    /** Two sinks of one name. */
    @Configuration(proxyBeanMethods = false)
    static class TwoOfOneName {
        @Bean
        ReplicationSink<Order> first() {
            return (event, effects) -> {};
        }

        @Bean
        ReplicationSink<Order> second() {
            return (event, effects) -> {};
        }
    }

    @Test
    void twoSinksOfOneNameAreRefused() {
        SpringTestCluster.context()
                .withUserConfiguration(TwoOfOneName.class)
                .withPropertyValues("taskqueue.sinks.second.name=first")
                .run(context -> assertThat(new TaskQueueFailureAnalyzer()
                                .analyze(Objects.requireNonNull(context.getStartupFailure())))
                        .isNotNull()
                        .satisfies(analysis -> assertThat(analysis.getDescription())
                                .isEqualTo(
                                        "The beans first and second are both the sink first. Give one of them another name"
                                                + " with taskqueue.sinks.second.name.")));
    }

    /** Sinks whose payloads are unknown, or of a generic type. */
    @Configuration(proxyBeanMethods = false)
    static class Raw {
        @Bean
        @SuppressWarnings("rawtypes")
        ReplicationSink raw() {
            ReplicationSink<Object> sink = (event, effects) -> {};
            return sink;
        }
    }

    @Test
    void aSinkWhosePayloadTypeIsUnknownIsRefused() {
        SpringTestCluster.context().withUserConfiguration(Raw.class).run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .hasMessage("The type of the payloads of sink raw is unknown: the type of the bean has no type argument"
                        + " of ReplicationSink. Declare it, as in '@Bean ReplicationSink<Order> raw()', or set"
                        + " taskqueue.sinks.raw.payload-type."));
    }

    @Configuration(proxyBeanMethods = false)
    static class Generic {
        @Bean
        ReplicationSink<List<Order>> lists() {
            return (event, effects) -> {};
        }
    }

    @Test
    void aGenericPayloadTypeWithoutCodecIsRefused() {
        SpringTestCluster.context()
                .withUserConfiguration(Generic.class)
                .run(
                        context -> assertThat(context)
                                .getFailure()
                                .rootCause()
                                .isInstanceOf(TaskQueueConfigurationException.class)
                                .hasMessageStartingWith(
                                        "There is no codec for the events of sink lists, whose type is"
                                                + " java.util.List<io.taskqueue.spring.SpringTestCluster$Order>. Declare a bean PayloadCodec<"));
    }
}
