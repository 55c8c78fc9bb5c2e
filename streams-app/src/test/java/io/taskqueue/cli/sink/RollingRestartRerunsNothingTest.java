package io.taskqueue.cli.sink;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.taskqueue.cli.ChildJvm;
import io.taskqueue.cli.TaskQueueCommand;
import io.taskqueue.cli.TestTopics;
import io.taskqueue.cli.dispatch.DispatchCounters;
import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.streams.admin.SinkInstances;
import io.taskqueue.streams.status.SinkState;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The instances of a sink are stopped and started again one after the other, while tasks are produced: no call is repeated or lost. */
class RollingRestartRerunsNothingTest {

    private static final String SINK = "rolling";
    private static final int QUEUES = 6;
    private static final Duration ANSWER_TIME = Duration.ofMillis(40);

    @TempDir
    Path directory;

    private final Map<String, Integer> ledger = new ConcurrentHashMap<>();
    private final AtomicInteger running = new AtomicInteger();
    private final CountDownLatch never = new CountDownLatch(1);
    private final ExecutorService answers = Executors.newCachedThreadPool();
    private final Map<String, ChildJvm> instances = new LinkedHashMap<>();
    private final List<AutoCloseable> dispatchers = new ArrayList<>();
    private final List<TaskQueue<String>> queues = new ArrayList<>();
    private final List<ReplicationSource<String>> sources = new ArrayList<>();
    private final DispatchCounters emitted = new DispatchCounters();
    private HttpServer target;
    private EmbeddedKafka broker;

    @BeforeEach
    void start() throws Exception {
        target = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        target.setExecutor(answers);
        target.createContext("/", exchange -> {
            try (exchange) {
                running.incrementAndGet();
                ledger.merge(exchange.getRequestHeaders().getFirst("Idempotency-Key"), 1, Integer::sum);
                never.await(ANSWER_TIME.toMillis(), TimeUnit.MILLISECONDS);
                exchange.sendResponseHeaders(204, -1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                running.decrementAndGet();
            }
        });
        target.start();
        broker = EmbeddedKafka.start(directory.resolve("broker"), 0);
        TestTopics.create(broker.bootstrapServers(), 4);
        for (int number = 0; number < QUEUES; number++) {
            TaskQueue<String> queue = TaskQueue.<String>builder("orders-" + number)
                    .listener(emitted::count)
                    .build();
            dispatchers.add(queue);
            ReplicationSource<String> source = ReplicationSource.builder(queue, PayloadCodec.utf8())
                    .kafka(Map.of("bootstrap.servers", broker.bootstrapServers()))
                    .sourcePeer("test")
                    .start();
            dispatchers.add(source);
            queues.add(queue);
            sources.add(source);
        }
    }

    @AfterEach
    void stop() throws Exception {
        instances.values().forEach(ChildJvm::close);
        for (AutoCloseable dispatcher : dispatchers) {
            dispatcher.close();
        }
        broker.close();
        target.stop(0);
        answers.shutdownNow();
    }

    @Test
    void everyEventIsAppliedOnceWhileInstancesAreRestartedOneAfterTheOther() throws Exception {
        startInstance("one");
        startInstance("two");
        awaitRunning(2);
        ScheduledExecutorService producer = Executors.newSingleThreadScheduledExecutor();
        AtomicInteger tasks = new AtomicInteger();
        Future<?> producing = producer.scheduleWithFixedDelay(
                () -> work(queues.get(tasks.getAndIncrement() % QUEUES)), 0, 10, TimeUnit.MILLISECONDS);
        try {
            for (String instance : List.of("one", "two")) {
                int before = ledger.size();
                Awaitility.await()
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> ledger.size() > before + 50 && running.get() > 0);
                ChildJvm stopped = instances.get(instance);
                stopped.terminate();
                assertThat(stopped.awaitEnd()).as(stopped.output()).isEqualTo(143);
                int without = ledger.size();
                Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> ledger.size() > without + 50);
                startInstance(instance);
                awaitRunning(2);
            }
        } finally {
            assertThat(producing.cancel(false))
                    .as("tasks are produced until the end")
                    .isTrue();
            producer.shutdown();
            assertThat(producer.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        }
        for (ReplicationSource<String> source : sources) {
            source.replicated().get(60, TimeUnit.SECONDS);
        }

        Awaitility.await().atMost(Duration.ofSeconds(90)).untilAsserted(() -> assertThat(ledger)
                .hasSize(Math.toIntExact(emitted.total())));
        assertThat(ledger).allSatisfy((key, calls) -> assertThat(calls).as(key).isOne());
    }

    private static void work(TaskQueue<String> queue) {
        try {
            queue.enqueue("task");
            queue.lease().complete();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void startInstance(String name) throws Exception {
        instances.put(
                name,
                ChildJvm.start(
                        directory.resolve(name + ".txt"),
                        TaskQueueCommand.class,
                        "sink",
                        "--bootstrap-server",
                        broker.bootstrapServers(),
                        "--name",
                        SINK,
                        "--sink",
                        "http",
                        "--sink-config",
                        "url=http://127.0.0.1:" + target.getAddress().getPort() + "/",
                        "--concurrency",
                        "8",
                        "--state-dir",
                        directory.resolve("state-" + name).toString()));
    }

    /** Waits until as many instances run, by what they report. */
    private void awaitRunning(int number) {
        Awaitility.await().atMost(Duration.ofSeconds(90)).untilAsserted(() -> {
            for (ChildJvm instance : instances.values()) {
                assertThat(instance.running()).as(instance.output()).isTrue();
            }
            assertThat(SinkInstances.read(Map.of("bootstrap.servers", broker.bootstrapServers()), SINK))
                    .hasSize(number)
                    .allMatch(instance -> instance.running(Instant.now()) && instance.state() == SinkState.RUNNING);
        });
    }
}
