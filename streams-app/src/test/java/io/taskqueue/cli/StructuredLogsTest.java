package io.taskqueue.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.testkit.kafka.TestKafka;
import io.taskqueue.testkit.kafka.UseEmbeddedKafka;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What commands log with TASKQUEUE_LOG_FORMAT, in processes of their own with the configuration of the application. */
@UseEmbeddedKafka(topics = "taskqueue.events")
class StructuredLogsTest {

    /** Characters that JSON escapes. */
    private static final String QUEUE = "or\"ders\\";

    private static TestKafka broker;

    @TempDir
    Path directory;

    @BeforeAll
    static void publishOneTask(TestKafka kafka) throws Exception {
        broker = kafka;
        try (TaskQueue<String> queue = TaskQueue.<String>builder(QUEUE).build();
                ReplicationSource<String> source = ReplicationSource.builder(queue, PayloadCodec.jsonText())
                        .kafka(broker.properties())
                        .sourcePeer("test")
                        .start()) {
            queue.enqueue("{}");
            source.replicated().get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void aSinkLogsTheFieldsOfAnEventWhereItAndWhereItsApplicationLogs() throws Exception {
        try (ChildJvm sink = command(
                Map.of("TASKQUEUE_LOG_FORMAT", "json", "TASKQUEUE_LOG_LEVEL", "INFO"),
                "sink",
                "--bootstrap-server",
                broker.bootstrapServers(),
                "--name",
                "logged",
                "--sink",
                "log",
                "--state-dir",
                directory.resolve("state").toString(),
                "--until-idle",
                "300ms",
                "--output",
                "json")) {
            assertThat(sink.awaitEnd()).as(sink.output()).isZero();

            List<JsonNode> lines = logLines(sink);
            JsonNode applied = lines.stream()
                    .filter(line -> line.path("loggerName").asText().equals("io.taskqueue.sinks.LogSink"))
                    .findFirst()
                    .orElseThrow();
            assertThat(applied.path("level").asText()).isEqualTo("INFO");
            assertThat(applied.path("timestamp").asLong()).isPositive();
            assertThat(applied.path("formattedMessage").asText()).contains("Enqueued");
            JsonNode fields = applied.path("mdc");
            assertThat(fields.path("sink").asText()).isEqualTo("logged");
            assertThat(fields.path("queue").asText()).isEqualTo(QUEUE);
            assertThat(fields.path("partition").asText()).isEqualTo("0");
            assertThat(fields.path("sequence").asText()).isEqualTo("1");
            assertThat(fields.path("task").asText()).isNotEmpty().endsWith("/1");
            assertThat(fields.path("task").asText())
                    .contains("/" + fields.path("epoch").asText() + "/");
        }
    }

    @Test
    void aDispatcherLogsItsQueue() throws Exception {
        Path tasks = Files.writeString(directory.resolve("tasks.ndjson"), "{}\n");
        try (ChildJvm dispatch = command(
                Map.of("TASKQUEUE_LOG_FORMAT", "json", "TASKQUEUE_LOG_LEVEL", "INFO"),
                "dispatch",
                "--bootstrap-server",
                broker.bootstrapServers(),
                "--queue",
                "recovered",
                "--tasks",
                tasks.toString(),
                "--recover")) {
            assertThat(dispatch.awaitEnd()).as(dispatch.output()).isZero();

            assertThat(logLines(dispatch)).anySatisfy(line -> {
                assertThat(line.path("formattedMessage").asText()).startsWith("Queue recovered is recovered:");
                assertThat(line.path("mdc").path("queue").asText()).isEqualTo("recovered");
            });
        }
    }

    @Test
    void withoutTheVariableTheLogIsText() throws Exception {
        try (ChildJvm sink = command(
                Map.of(),
                "sink",
                "--bootstrap-server",
                broker.bootstrapServers(),
                "--name",
                "plain",
                "--sink",
                "log",
                "--state-dir",
                directory.resolve("state").toString(),
                "--until-idle",
                "300ms")) {
            assertThat(sink.awaitEnd()).as(sink.output()).isZero();

            assertThat(sink.output())
                    .containsPattern("(?m)^\\d\\d:\\d\\d:\\d\\d\\.\\d{3} INFO  LogSink: .*Enqueued.*$");
        }
    }

    @Test
    void anUnknownFormatIsRefused() throws Exception {
        try (ChildJvm status = command(Map.of("TASKQUEUE_LOG_FORMAT", "xml"), "status")) {
            assertThat(status.awaitEnd()).isEqualTo(2);

            assertThat(status.output())
                    .isEqualTo(
                            "taskqueue: TASKQUEUE_LOG_FORMAT is 'xml', but the log is written as text or json. Set it to one"
                                    + " of these, or not at all." + System.lineSeparator());
        }
    }

    private ChildJvm command(Map<String, String> environment, String... arguments) throws IOException {
        return ChildJvm.start(
                directory.resolve("out.txt"),
                environment,
                List.of("-Dlogback.configurationFile=logback.xml"), // not that of the tests
                TaskQueueCommand.class,
                arguments);
    }

    /** The lines of the log; no line is in the format of text. */
    private static List<JsonNode> logLines(ChildJvm command) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : command.output().lines().toList()) {
            assertThat(line).doesNotContainPattern("^\\d\\d:\\d\\d:\\d\\d");
            if (line.startsWith("{\"timestamp\"")) {
                lines.add(new ObjectMapper().readTree(line));
            }
        }
        return lines;
    }
}
