package io.taskqueue.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.spring.SpringTestCluster.Order;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What the health of an application shows where a source or a sink does not work; where they do, see QueueToSinkTest. */
@Timeout(180)
class SourceAndSinkHealthTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    private static final SpringTestCluster CLUSTER = SpringTestCluster.sharedFor(SourceAndSinkHealthTest.class);

    @Test
    void aFencedSourceIsDownAndNamesTheNewOwner() {
        CLUSTER.connected().withPropertyValues(SpringTestCluster.ordersQueue()).run(context -> {
            assertThat(SpringTestCluster.health(context, "taskQueueSources", "orders")
                            .getStatus())
                    .isEqualTo(Status.UP);
            try (var queue = TaskQueue.<Order>builder("orders").build();
                    var other = CLUSTER.source(queue).sourcePeer("the-other").start()) {
                await().untilAsserted(() -> {
                    Health health = SpringTestCluster.health(context, "taskQueueSources", "orders");
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
        CLUSTER.connected()
                .withUserConfiguration(FailingSink.class)
                .withPropertyValues(
                        SpringTestCluster.queueOf("failed", Order.class),
                        "taskqueue.sinks.failing.queues=failed",
                        "taskqueue.sinks.failing.failures.on-exhausted=stop")
                .run(context -> {
                    TaskQueue<Order> queue = SpringTestCluster.queue(context, "failed");
                    queue.enqueue(new Order("a", 1));
                    await().atMost(LONG).untilAsserted(() -> {
                        Health health = SpringTestCluster.health(context, "taskQueueSinks", "failing");
                        assertThat(health.getStatus()).isEqualTo(Status.DOWN);
                        assertThat(String.valueOf(health.getDetails().get("reason")))
                                .contains("the target refuses everything");
                    });
                });
    }

    @Test
    void aSinkWithoutEventTopicStartsAndIsOutOfService() {
        CLUSTER.connected()
                .withUserConfiguration(FailingSink.class)
                .withPropertyValues("taskqueue.topics.events=absent.events")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    await().atMost(LONG).untilAsserted(() -> {
                        Health health = SpringTestCluster.health(context, "taskQueueSinks", "failing");
                        assertThat(health.getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
                        assertThat(String.valueOf(health.getDetails().get("reason")))
                                .contains("absent.events");
                    });
                });
    }

    @Test
    void healthCanBeSwitchedOff() {
        CLUSTER.connected()
                .withPropertyValues(SpringTestCluster.ordersQueue(), "management.health.taskqueue.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(CompositeHealthContributor.class));
    }
}
