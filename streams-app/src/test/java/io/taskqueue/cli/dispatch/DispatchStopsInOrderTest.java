package io.taskqueue.cli.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskqueue.cli.ChildJvm;
import io.taskqueue.cli.CommandRun;
import io.taskqueue.cli.TaskQueueCommand;
import io.taskqueue.embedded.EmbeddedKafka;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM under load: every task that was read has ended or is in the file of drained tasks. */
class DispatchStopsInOrderTest {

    private static final int TASKS = 5_000;

    @Test
    void everyTaskReadHasEndedOrIsInTheFile(@TempDir Path directory) throws Exception {
        List<String> lines =
                IntStream.range(0, TASKS).mapToObj(n -> "{\"n\":" + n + "}").toList();
        Path tasks = Files.write(directory.resolve("tasks.ndjson"), lines);
        Path left = directory.resolve("left.ndjson");
        try (EmbeddedKafka broker = EmbeddedKafka.start(directory.resolve("broker"), 0);
                ChildJvm dispatch = ChildJvm.start(
                        directory.resolve("out.txt"),
                        TaskQueueCommand.class,
                        "dispatch",
                        "--bootstrap-server",
                        broker.bootstrapServers(),
                        "--queue",
                        "stopped",
                        "--tasks",
                        tasks.toString(),
                        "--workers",
                        "4",
                        "--work-time",
                        "20ms",
                        "--drain-to",
                        left.toString(),
                        "--output",
                        "json")) {
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> positionOf("stopped", broker) > 100);

            dispatch.terminate();
            // 128 + SIGTERM: the process ends by the signal, after the command has ended in order
            assertThat(dispatch.awaitEnd()).isEqualTo(143);

            List<String> printed = dispatch.output().lines().toList();
            JsonNode result = new ObjectMapper().readTree(printed.get(printed.size() - 1));
            List<String> drained = Files.readAllLines(left);
            assertThat(drained).isNotEmpty().hasSize(result.get("drained").asInt());
            assertThat(result.get("tasks").asInt())
                    .isEqualTo(result.get("events").path("Completed").asInt() + drained.size());
            // tasks are enqueued in order, so those that were read are the first lines of the file
            List<String> read =
                    new ArrayList<>(lines.subList(0, result.get("tasks").asInt()));
            assertThat(read).containsAll(drained);
            assertThat(drained).doesNotHaveDuplicates();
            assertThat(positionOf("stopped", broker)).isEqualTo(eventsIn(result));
        }
    }

    private static long eventsIn(JsonNode result) {
        long events = 0;
        for (JsonNode count : result.get("events")) {
            events += count.asLong();
        }
        return events;
    }

    static long positionOf(String queue, EmbeddedKafka broker) {
        CommandRun status =
                CommandRun.of("status", "--bootstrap-server", broker.bootstrapServers(), "--output", "json");
        if (status.exitCode() != 0) {
            return 0;
        }
        for (JsonNode line : status.json().get("queues")) {
            if (line.get("queue").asText().equals(queue) && line.hasNonNull("lastPosition")) {
                String position = line.get("lastPosition").asText();
                return Long.parseLong(position.substring(position.indexOf('/') + 1));
            }
        }
        return 0;
    }
}
