package io.taskqueue.cli.sink;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.taskqueue.cli.ChildJvm;
import io.taskqueue.cli.CommandRun;
import io.taskqueue.cli.TaskQueueCommand;
import io.taskqueue.cli.TestTopics;
import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM to a sink under load: running effects finish and are recorded, so that the next start repeats no call. */
class SinkStopsInOrderTest {

    private static final int TASKS = 400;
    /** Each task is enqueued, and drained when the queue closes. */
    private static final int EVENTS = 2 * TASKS;

    private static final int CONCURRENCY = 16;
    private static final Duration ANSWER_TIME = Duration.ofMillis(100);

    @TempDir
    Path directory;

    private final Map<String, Integer> ledger = new ConcurrentHashMap<>();
    private final CountDownLatch never = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newFixedThreadPool(CONCURRENCY);
    private HttpServer target;
    private EmbeddedKafka broker;

    @BeforeEach
    void start() throws Exception {
        target = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        target.setExecutor(threads);
        target.createContext("/", exchange -> {
            try (exchange) {
                ledger.merge(exchange.getRequestHeaders().getFirst("Idempotency-Key"), 1, Integer::sum);
                never.await(ANSWER_TIME.toMillis(), TimeUnit.MILLISECONDS);
                exchange.sendResponseHeaders(204, -1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        target.start();
        broker = EmbeddedKafka.start(directory.resolve("broker"), 0);
        TestTopics.create(broker.bootstrapServers(), 2);
    }

    @AfterEach
    void stop() {
        broker.close();
        target.stop(0);
        threads.shutdownNow();
    }

    @Test
    void terminatedSinkReportsAndTheNextStartRepeatsNoCall() throws Exception {
        publish();
        try (ChildJvm sink = ChildJvm.start(directory.resolve("out.txt"), TaskQueueCommand.class, arguments())) {
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> ledger.size() > 5 * CONCURRENCY);

            sink.terminate();
            // 128 + SIGTERM: the process ends by the signal, after the command has ended in order
            assertThat(sink.awaitEnd()).isEqualTo(143);

            List<String> printed = sink.output().lines().toList();
            JsonNode result = new ObjectMapper().readTree(printed.get(printed.size() - 1));
            assertThat(result.path("effects").path("run").asInt())
                    .isEqualTo(ledger.size())
                    .isLessThan(EVENTS);
        }

        CommandRun again = CommandRun.of(arguments("--until-idle", "300ms"));

        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(ledger)
                .hasSize(EVENTS)
                .allSatisfy((key, calls) -> assertThat(calls).as(key).isOne());
    }

    @Test
    void sinkTerminatedWhileItStartsStopsInOrder() throws Exception {
        // the topic does not exist yet: the start waits for it
        try (ChildJvm sink = ChildJvm.start(
                directory.resolve("out.txt"), TaskQueueCommand.class, arguments("--topic", "created.later"))) {
            sink.awaitOutput("waits for topic created.later");

            sink.terminate();
            TestTopics.create(broker.bootstrapServers(), "created.later", 1);

            assertThat(sink.awaitEnd()).isEqualTo(143);
            assertThat(sink.output()).contains("{\"name\":\"stopped\",\"applied\":0,");
        }
    }

    @Test
    void terminatedBrokerClosesItsLog() throws Exception {
        String[] arguments = {"broker", "--dir", directory.resolve("own").toString(), "--port", "0"};
        try (ChildJvm own = ChildJvm.start(directory.resolve("own.txt"), TaskQueueCommand.class, arguments)) {
            own.awaitOutput("A Kafka broker is ready at").terminate();

            assertThat(own.awaitEnd()).isEqualTo(143);
        }
        // Kafka's marker of a clean shutdown
        assertThat(directory.resolve("own")).isDirectoryRecursivelyContaining("glob:**/.kafka_cleanshutdown");
    }

    private void publish() throws Exception {
        try (TaskQueue<String> queue =
                        TaskQueue.<String>builder("orders").capacity(TASKS).build();
                ReplicationSource<String> source = ReplicationSource.builder(queue, PayloadCodec.utf8())
                        .kafka(Map.of("bootstrap.servers", broker.bootstrapServers()))
                        .sourcePeer("test")
                        .start()) {
            for (int task = 0; task < TASKS; task++) {
                queue.enqueue("\"task " + task + "\"");
            }
            source.replicated().get(60, TimeUnit.SECONDS);
        }
    }

    private String[] arguments(String... more) {
        List<String> all = new ArrayList<>(List.of(
                "sink",
                "--bootstrap-server",
                broker.bootstrapServers(),
                "--name",
                "stopped",
                "--sink",
                "http",
                "--sink-config",
                "url=http://127.0.0.1:" + target.getAddress().getPort() + "/",
                "--concurrency",
                String.valueOf(CONCURRENCY),
                "--state-dir",
                directory.resolve("state").toString(),
                "--output",
                "json"));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }
}
