package io.taskqueue.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.spring.SpringTestCluster.Order;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What the health of an application shows where a source or a sink does not work; where they do, see QueueToSinkTest. */
@Timeout(180)
class SourceAndSinkHealthTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    @AutoClose
    private static SpringTestCluster cluster;

    @BeforeAll
    static void startBroker(@TempDir Path directory) throws Exception {
        cluster = SpringTestCluster.start(directory);
    }

    @Test
    void aFencedSourceIsDownAndNamesTheNewOwner() {
        cluster.connected().withPropertyValues(SpringTestCluster.ordersQueue()).run(context -> {
            assertThat(health(context, "taskQueueSources", "orders").getStatus())
                    .isEqualTo(Status.UP);
            try (var queue = TaskQueue.<Order>builder("orders").build();
                    var other = ReplicationSource.builder(queue, PayloadCodec.json(Order.class))
                            .kafka(Map.of("bootstrap.servers", cluster.servers()))
                            .partitions(3)
                            .sourcePeer("the-other")
                            .start()) {
                await().untilAsserted(() -> {
                    Health health = health(context, "taskQueueSources", "orders");
                    assertThat(health.getStatus()).isEqualTo(Status.DOWN);
                    assertThat(String.valueOf(health.getDetails().get("reason")))
                            .contains("the-other");
                });
                assertThat(other.started()).isTrue();
            }
        });
    }

    @Test
    void aSourceThatIsNotStartedIsOutOfService() {
        try (var queue = TaskQueue.<Order>builder("orders").build();
                var source = ReplicationSource.builder(queue, PayloadCodec.json(Order.class))
                        .kafka(Map.of("bootstrap.servers", "127.0.0.1:1"))
                        .build()) {
            assertThat(new SourceHealthIndicator(source).health().getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class FailingSink {
        @Bean
        ReplicationSink<Order> failing() {
            return (event, effects) -> {
                throw new IllegalStateException("the target refuses everything");
            };
        }

        @Bean
        SinkServiceCustomizer oneAttempt() {
            return (sink, builder) -> builder.retry(new RetryPolicy(1, Duration.ofMillis(1), Duration.ofMillis(1), 0));
        }
    }

    @Test
    void aSinkThatHasFailedIsDownAndStatesWhy() {
        cluster.connected()
                .withUserConfiguration(FailingSink.class)
                .withPropertyValues(
                        "taskqueue.queues.failed.payload-type=" + Order.class.getName(),
                        "taskqueue.sinks.failing.queues=failed",
                        "taskqueue.sinks.failing.failures.on-exhausted=stop")
                .run(context -> {
                    @SuppressWarnings("unchecked")
                    TaskQueue<Order> queue = context.getBean("failedTaskQueue", TaskQueue.class);
                    queue.enqueue(new Order("a", 1));
                    await().atMost(LONG).untilAsserted(() -> {
                        Health health = health(context, "taskQueueSinks", "failing");
                        assertThat(health.getStatus()).isEqualTo(Status.DOWN);
                        assertThat(String.valueOf(health.getDetails().get("reason")))
                                .contains("the target refuses everything");
                    });
                });
    }

    @Test
    void aSinkWithoutEventTopicStartsAndIsOutOfService() {
        cluster.connected()
                .withUserConfiguration(FailingSink.class)
                .withPropertyValues("taskqueue.topics.events=absent.events")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    await().atMost(LONG).untilAsserted(() -> {
                        Health health = health(context, "taskQueueSinks", "failing");
                        assertThat(health.getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
                        assertThat(String.valueOf(health.getDetails().get("reason")))
                                .contains("absent.events");
                    });
                });
    }

    @Test
    void healthCanBeSwitchedOff() {
        cluster.connected()
                .withPropertyValues(SpringTestCluster.ordersQueue(), "management.health.taskqueue.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(CompositeHealthContributor.class));
    }

    private static Health health(ApplicationContext context, String group, String name) {
        var contributor = context.getBean(group + "HealthContributor", CompositeHealthContributor.class);
        return Objects.requireNonNull(
                ((HealthIndicator) Objects.requireNonNull(contributor.getContributor(name))).health(true));
    }
}
