package io.taskqueue.spring;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskqueue.event.EventKind;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.source.SourceState;
import io.taskqueue.source.unreplicated.UnreplicatedFile;
import io.taskqueue.spring.SpringTestCluster.Order;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What starts after what, and what stops before what. */
@Timeout(180)
class LifecycleTest {

    private static final List<String> SEEN = new CopyOnWriteArrayList<>();

    private static final SpringTestCluster CLUSTER = SpringTestCluster.sharedFor(LifecycleTest.class);

    @BeforeEach
    void nothingSeen() {
        SEEN.clear();
    }

    /** A bean that fails when all others exist. */
    @Configuration(proxyBeanMethods = false)
    static class Broken {
        @Bean
        SmartInitializingSingleton broken() {
            return () -> {
                throw new IllegalStateException("the last bean is broken");
            };
        }
    }

    @Test
    void anApplicationThatCannotStartTakesNoQueueFromTheOneThatRuns() throws Exception {
        try (var queue = TaskQueue.<Order>builder("orders").build();
                var running = CLUSTER.source(queue).start()) {
            CLUSTER.connected()
                    .withUserConfiguration(Broken.class)
                    .withPropertyValues(SpringTestCluster.ordersQueue())
                    .run(context -> assertThat(context).getFailure().hasMessageContaining("the last bean is broken"));
            queue.enqueue(new Order("a", 1));
            assertThat(running.replicated().get(20, SECONDS).epoch()).isEqualTo(running.epoch());

            CLUSTER.connected()
                    .withPropertyValues(SpringTestCluster.ordersQueue())
                    .run(context -> {
                        await().until(() -> running.health().state() == SourceState.FENCED);
                        // recovered from the one that ran
                        assertThat(context.getBean(TaskQueue.class).counts().pending())
                                .isEqualTo(1);
                    });
        }
    }

    /** A worker without a phase of its own, and a target that a sink uses. */
    @Configuration(proxyBeanMethods = false)
    static class WorkerAndTarget {

        @Bean
        SmartLifecycle worker(TaskQueue<Order> queue, ReplicationSource<Order> source, SinkServices sinks) {
            return new SmartLifecycle() {
                private boolean running;

                @Override
                public void start() {
                    running = true;
                    SEEN.add("worker starts: source " + (source.started() ? "started" : "not started") + ", sink "
                            + (sinks.find("billing").isPresent() ? "started" : "not started"));
                }

                @Override
                public void stop() {
                    running = false;
                    SEEN.add("worker stops: queue " + (queue.isOpen() ? "open" : "closed") + ", sink "
                            + (sinks.find("billing").isPresent() ? "running" : "stopped"));
                }

                @Override
                public boolean isRunning() {
                    return running;
                }
            };
        }

        @Bean
        Target target(SinkServices sinks, TaskQueue<Order> queue) {
            return new Target(sinks, queue);
        }

        @Bean
        ReplicationSink<Order> billing() {
            return (event, effects) -> {};
        }
    }

    record Target(SinkServices sinks, TaskQueue<Order> queue) implements DisposableBean {
        @Override
        public void destroy() {
            SEEN.add("beans are destroyed: sinks running " + sinks.isRunning() + ", queue open " + queue.isOpen());
        }
    }

    @Test
    void workersStopBeforeSinksAndSinksBeforeQueuesAndAllOfThemBeforeBeans() {
        CLUSTER.connected()
                .withUserConfiguration(WorkerAndTarget.class)
                .withPropertyValues(SpringTestCluster.ordersQueue())
                .run(context -> {
                    assertThat(SEEN).containsExactly("worker starts: source started, sink started");
                    ReplicationSource<?> source = context.getBean(ReplicationSource.class);

                    context.close();

                    assertThat(SEEN)
                            .containsExactly(
                                    "worker starts: source started, sink started",
                                    "worker stops: queue open, sink running",
                                    "beans are destroyed: sinks running false, queue open false");
                    assertThat(source.health().state()).isEqualTo(SourceState.CLOSED);
                    assertThat(source.closeReport().orElseThrow().complete()).isTrue();
                });
    }

    @Test
    void stoppedSourcesDoNotStartAgain() {
        CLUSTER.connected().withPropertyValues(SpringTestCluster.ordersQueue()).run(context -> {
            SourcesLifecycle sources = context.getBean(SourcesLifecycle.class);
            assertThat(sources.isRunning()).isTrue();
            assertThat(sources.isPauseable()).isFalse();
            sources.stop();

            assertThatThrownBy(sources::start)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("The sources of this application were stopped, and a closed queue does not open again."
                            + " Close the application context and create another one.");
        });
    }

    /** Applies what it has seen before as well, and counts. */
    @Configuration(proxyBeanMethods = false)
    static class CountingSink {
        static final AtomicBoolean APPLIED = new AtomicBoolean();

        @Bean
        ReplicationSink<Order> counting() {
            return (event, effects) -> {
                if (event.kind() == EventKind.ENQUEUED) {
                    effects.run("count", key -> APPLIED.set(true));
                }
            };
        }
    }

    @Test
    void stoppedSinksStartAgain() {
        CountingSink.APPLIED.set(false);
        CLUSTER.connected()
                .withUserConfiguration(CountingSink.class)
                .withPropertyValues(SpringTestCluster.ordersQueue())
                .run(context -> {
                    SinkServices sinks = context.getBean(SinkServices.class);
                    sinks.stop();
                    assertThat(sinks.find("counting")).isEmpty();
                    sinks.start();
                    TaskQueue<Order> queue = SpringTestCluster.queue(context, "orders");
                    queue.enqueue(new Order("a", 1));
                    await().atMost(Duration.ofSeconds(60)).untilTrue(CountingSink.APPLIED);
                });
    }

    @Test
    void whatKafkaHasNotAcknowledgedAtTheEndIsInAFile(@TempDir Path directory) throws Exception {
        Path files = directory.resolve("unreplicated");
        SpringTestCluster mortal = SpringTestCluster.start(directory);
        mortal.connected()
                .withPropertyValues(
                        SpringTestCluster.ordersQueue(),
                        "taskqueue.source.close-timeout=2s",
                        "taskqueue.source.unreplicated-directory=" + files)
                .run(context -> {
                    TaskQueue<Order> queue = SpringTestCluster.queue(context, "orders");
                    mortal.close();
                    queue.enqueue(new Order("left", 1));

                    context.close();

                    try (Stream<Path> written = Files.list(files)) {
                        Path file = written.toList().get(0);
                        assertThat(file.getFileName().toString())
                                .startsWith("orders-")
                                .endsWith(".ndjson");
                        assertThat(UnreplicatedFile.open(file).count()).isGreaterThanOrEqualTo(1);
                    }
                });
    }

    /** Uses a queue before the sources have started. */
    @Configuration(proxyBeanMethods = false)
    static class TooEarly {
        @Bean
        Object early(TaskQueue<Order> queue) throws InterruptedException {
            queue.enqueue(new Order("early", 1));
            return new Object();
        }
    }

    @Test
    void aQueueThatIsUsedWhileBeansAreCreatedIsRefused() {
        CLUSTER.connected()
                .withUserConfiguration(TooEarly.class)
                .withPropertyValues(SpringTestCluster.ordersQueue())
                .run(context -> assertThat(context)
                        .getFailure()
                        .cause()
                        .isInstanceOf(TaskQueueConfigurationException.class)
                        .hasMessage(
                                "Queue orders has been used already (1 events so far), so its journal would miss the"
                                        + " beginning. Start the source before the first enqueue or restore. The sources of an application"
                                        + " start when all beans are created: enqueue from an ApplicationRunner, from a SmartLifecycle"
                                        + " or in a request."));
    }
}
