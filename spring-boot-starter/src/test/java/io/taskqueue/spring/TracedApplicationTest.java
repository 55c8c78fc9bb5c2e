package io.taskqueue.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.taskqueue.queue.Lease;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.spring.SpringTestCluster.Order;
import io.taskqueue.tracing.SpanStart;
import io.taskqueue.tracing.TraceSpan;
import io.taskqueue.tracing.Tracing;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What is traced of a whole application that calls no {@code tracing(…)}: its queues and its sinks, in one trace through Kafka. */
@Timeout(180)
class TracedApplicationTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final List<String> CHARGED = new CopyOnWriteArrayList<>();

    private static final SpringTestCluster CLUSTER = SpringTestCluster.sharedFor(TracedApplicationTest.class);

    @BeforeEach
    void nothingCharged() {
        CHARGED.clear();
    }

    @Configuration(proxyBeanMethods = false)
    static class Sinks {
        @Bean
        ReplicationSink<Order> billing() {
            return (event, effects) ->
                    effects.run("charge", key -> CHARGED.add(event.payload().id()));
        }
    }

    /** An application with the queue {@code queue} and a sink that applies how its tasks are completed. */
    private static ApplicationContextRunner application(ApplicationContextRunner context, String queue) {
        return CLUSTER.connected(context)
                .withUserConfiguration(Sinks.class)
                .withPropertyValues(
                        SpringTestCluster.queueOf(queue, Order.class),
                        "taskqueue.sinks.billing.name=billing-" + queue,
                        "taskqueue.sinks.billing.queues=" + queue,
                        "taskqueue.sinks.billing.kinds=Completed");
    }

    /** A task is enqueued, completed, and its completion applied. */
    private static void oneTask(ApplicationContext context, String queue) throws InterruptedException {
        enqueue(context, queue);
        complete(context, queue);
    }

    private static void enqueue(ApplicationContext context, String queue) throws InterruptedException {
        SpringTestCluster.queue(context, queue).enqueue(new Order("A-17", 1250));
    }

    private static void complete(ApplicationContext context, String queue) throws InterruptedException {
        Lease<Order> lease = SpringTestCluster.<Order>queue(context, queue).lease();
        lease.complete();
        await().atMost(LONG).until(() -> CHARGED.contains("A-17"));
    }

    /** The spans that have ended. */
    record Ended(InMemorySpanExporter exporter) {

        SpanData only(String name) {
            List<SpanData> spans = exporter.getFinishedSpanItems().stream()
                    .filter(span -> span.getName().equals(name))
                    .toList();
            assertThat(spans).as("spans named " + name).hasSize(1);
            return spans.get(0);
        }

        void areOneTraceThroughQueueAndSink(String queue) {
            await().atMost(LONG).untilAsserted(() -> only("apply " + queue));
            SpanData request = only("request");
            SpanData enqueued = only("enqueue " + queue);
            SpanData leased = only("lease " + queue);
            SpanData applied = only("apply " + queue);
            SpanData effect = only("effect charge");
            assertThat(List.of(enqueued, leased, applied, effect))
                    .allMatch(span -> span.getTraceId().equals(request.getTraceId()));
            assertThat(enqueued.getParentSpanId()).isEqualTo(request.getSpanId());
            assertThat(leased.getParentSpanId()).isEqualTo(enqueued.getSpanId());
            assertThat(applied.getParentSpanId()).isEqualTo(enqueued.getSpanId());
            assertThat(effect.getParentSpanId()).isEqualTo(applied.getSpanId());
            assertThat(List.of(enqueued, leased, applied, effect))
                    .extracting(SpanData::getKind)
                    .containsExactly(SpanKind.PRODUCER, SpanKind.CONSUMER, SpanKind.CONSUMER, SpanKind.CLIENT);
        }
    }

    /** An application with all that Spring Boot finds on the class path, whose spans are kept in memory. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class TracedBySpringBoot {

        @Bean
        Ended ended() {
            return new Ended(InMemorySpanExporter.create());
        }

        @Bean
        SpanProcessor kept(Ended ended) {
            return SimpleSpanProcessor.create(ended.exporter());
        }
    }

    @Test
    void anApplicationThatSpringBootTracesHasItsQueuesAndSinksInItsTraces() {
        application(new ApplicationContextRunner().withUserConfiguration(TracedBySpringBoot.class), "observed")
                .withPropertyValues("management.tracing.sampling.probability=1.0")
                .run(context -> {
                    Observation.createNotStarted("request", context.getBean(ObservationRegistry.class))
                            .observeChecked(() -> enqueue(context, "observed"));
                    complete(context, "observed");

                    context.getBean(Ended.class).areOneTraceThroughQueueAndSink("observed");
                });
    }

    /** An application that has made an OpenTelemetry itself. */
    @Configuration(proxyBeanMethods = false)
    static class TracedByOpenTelemetry {

        @Bean
        Ended ended() {
            return new Ended(InMemorySpanExporter.create());
        }

        @Bean
        OpenTelemetrySdk openTelemetry(Ended ended) {
            return OpenTelemetrySdk.builder()
                    .setTracerProvider(SdkTracerProvider.builder()
                            .addSpanProcessor(SimpleSpanProcessor.create(ended.exporter()))
                            .build())
                    .build();
        }
    }

    @Test
    @SuppressWarnings("try") // the scope is what is current
    void anApplicationWithOpenTelemetryHasItsQueuesAndSinksInItsTraces() {
        application(SpringTestCluster.context(), "spanned")
                .withUserConfiguration(TracedByOpenTelemetry.class)
                .run(context -> {
                    Span request = context.getBean(OpenTelemetry.class)
                            .getTracer("application")
                            .spanBuilder("request")
                            .startSpan();
                    try (Scope scope = request.makeCurrent()) {
                        enqueue(context, "spanned");
                    }
                    request.end();
                    complete(context, "spanned");

                    context.getBean(Ended.class).areOneTraceThroughQueueAndSink("spanned");
                });
    }

    /** Tracing that keeps the names of the spans. */
    record Started(List<String> names) implements Tracing {

        Started() {
            this(new CopyOnWriteArrayList<>());
        }

        @Override
        public TraceSpan start(SpanStart start) {
            names.add(start.name());
            return TraceSpan.NONE;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnTracing {
        @Bean
        Started own() {
            return new Started();
        }
    }

    @Test
    void theTracingOfTheApplicationIsThatOfItsQueuesAndSinks() {
        application(SpringTestCluster.context(), "own")
                .withUserConfiguration(OwnTracing.class)
                .run(context -> {
                    oneTask(context, "own");

                    assertThat(context.getBean(Started.class).names())
                            .containsExactly("enqueue own", "lease own", "apply own", "effect charge");
                });
    }

    @Test
    void switchedOffNothingIsTraced() {
        application(SpringTestCluster.context(), "untraced")
                .withUserConfiguration(OwnTracing.class)
                .withPropertyValues("taskqueue.tracing.enabled=false")
                .run(context -> {
                    oneTask(context, "untraced");

                    assertThat(context.getBean(Started.class).names()).isEmpty();
                });
    }

    @Configuration(proxyBeanMethods = false)
    static class Customizers {

        static final Started CUSTOM = new Started();

        @Bean
        TaskQueueCustomizer queues() {
            return (queue, builder) -> builder.tracing(CUSTOM);
        }

        @Bean
        SinkServiceCustomizer sinks() {
            return (sink, builder) -> builder.tracing(CUSTOM);
        }
    }

    @Test
    void aCustomizerOfTheApplicationWins() {
        application(SpringTestCluster.context(), "customized")
                .withUserConfiguration(OwnTracing.class, Customizers.class)
                .run(context -> {
                    oneTask(context, "customized");

                    assertThat(Customizers.CUSTOM.names())
                            .containsExactly(
                                    "enqueue customized", "lease customized", "apply customized", "effect charge");
                    assertThat(context.getBean(Started.class).names()).isEmpty();
                });
    }
}
