package io.taskqueue.cli.dispatch;

import static io.taskqueue.event.EventKind.COMPLETED;
import static io.taskqueue.event.EventKind.DEAD_LETTERED;
import static io.taskqueue.event.EventKind.ENQUEUED;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.taskqueue.cli.ChildJvm;
import io.taskqueue.cli.CommandRun;
import io.taskqueue.cli.TaskQueueCommand;
import io.taskqueue.cli.TestTopics;
import io.taskqueue.cli.TopicEvents;
import io.taskqueue.cli.demo.LedgerTarget;
import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.sinks.HttpSinkFactory;
import io.taskqueue.streams.SinkService;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A dispatcher is killed by SIGKILL in the middle of its input: its successor finishes each task, and dispatches no line twice. */
@Timeout(180)
class KilledDispatcherIsRecoveredTest {

    private static final List<String> LINES =
            IntStream.range(0, 2_000).mapToObj(n -> "{\"n\":" + n + "}").toList();
    private static final String QUEUE = "killed";

    @TempDir
    Path directory;

    @Test
    void eachLineIsEnqueuedOnceAndEndsOnceAndTheTargetIsCalledOnceForEachEvent() throws Exception {
        Path tasks = Files.write(directory.resolve("tasks.ndjson"), LINES);
        try (EmbeddedKafka broker = EmbeddedKafka.start(directory.resolve("broker"), 0);
                LedgerTarget target = LedgerTarget.start()) {
            String server = broker.bootstrapServers();
            TestTopics.create(server, 1);
            try (SinkService sink = sink(server, target)) {
                killWhileDispatching(broker, tasks);
                TopicEvents ofKilled = events(server);

                CommandRun successor =
                        CommandRun.dispatch(server, QUEUE, tasks, "--recover", "--lease", "1s", "--output", "json");

                assertThat(successor.exitCode()).as(successor.err()).isZero();
                TopicEvents all = events(server);
                assertThat(all.payloads(ENQUEUED)).containsExactlyElementsOf(LINES);
                assertThat(all.payloads(COMPLETED, DEAD_LETTERED)).containsExactlyInAnyOrderElementsOf(LINES);
                assertReports(successor, ofKilled);

                int events = all.events().size();
                Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> target.keys() >= events);
                assertThat(target.keys()).isEqualTo(events);
                assertThat(target.calls()).isEqualTo(events);
                assertThat(sink.status().queues())
                        .allMatch(queue -> queue.counts().gaps() == 0);
            }
        }
    }

    private static void assertReports(CommandRun successor, TopicEvents ofKilled) {
        int enqueued = ofKilled.of(ENQUEUED).size();
        int live = enqueued - ofKilled.of(COMPLETED, DEAD_LETTERED).size();
        JsonNode result = successor.json();
        assertThat(result.get("restored").asInt()).isEqualTo(live).isPositive();
        assertThat(result.get("recovery").get("tasks").asInt()).isEqualTo(live);
        assertThat(result.get("events").get("Restored").asInt()).isEqualTo(live);
        assertThat(result.get("tasks").asInt())
                .isEqualTo(LINES.size() - enqueued)
                .isPositive();
        assertThat(result.get("nextLine").asInt()).isEqualTo(LINES.size() + 1);
        assertThat(successor.err())
                .contains("Input tasks.ndjson continues behind line " + enqueued
                        + ", the last one whose task is on the topic.")
                .contains("Recovered " + live + " live tasks: ");
    }

    private void killWhileDispatching(EmbeddedKafka broker, Path tasks) throws Exception {
        try (ChildJvm dispatch = ChildJvm.start(
                directory.resolve("out.txt"),
                TaskQueueCommand.class,
                "dispatch",
                "--bootstrap-server",
                broker.bootstrapServers(),
                "--queue",
                QUEUE,
                "--tasks",
                tasks.toString(),
                "--work-time",
                "60ms", // with 2,000 lines it is far from their end when it is killed, on a busy machine too
                "--fail-rate",
                "0.2",
                "--lease",
                "1s")) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> DispatchStopsInOrderTest.positionOf(QUEUE, broker) > 1_000);
            dispatch.kill();
        }
    }

    private static TopicEvents events(String server) {
        return TopicEvents.read(server, "taskqueue.events", QUEUE);
    }

    private SinkService sink(String server, LedgerTarget target) {
        HttpSinkFactory factory = new HttpSinkFactory();
        Map<String, String> configuration = Map.of("url", target.uri().toString());
        return SinkService.builder("killed-target", factory.create(configuration), factory.codec())
                .kafka(Map.of("bootstrap.servers", server))
                .stateDirectory(directory.resolve("state"))
                .retry(factory.retry(configuration))
                .metrics(new SimpleMeterRegistry())
                .start();
    }
}
