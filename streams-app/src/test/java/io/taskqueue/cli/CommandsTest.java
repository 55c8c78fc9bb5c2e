package io.taskqueue.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskqueue.cli.demo.LedgerTarget;
import io.taskqueue.cli.shared.ExistingTopic;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.kafka.TopicOffsets;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.streams.SinkService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.tools.consumer.group.ConsumerGroupCommand;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The commands in the sequence that a new user runs them: dispatch, sink, replay, sink again, status. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CommandsTest {

    private static final String QUEUE = "a \"queue\"/with ünïcode\u2603";
    private static final int PARTITIONS = 3;

    @TempDir
    static Path directory;

    @AutoClose
    private static EmbeddedKafka broker;

    @AutoClose
    private static LedgerTarget target;

    private static String server;

    @BeforeAll
    static void start() throws IOException {
        broker = EmbeddedKafka.start(directory.resolve("broker"), 0);
        server = broker.bootstrapServers();
        target = LedgerTarget.start();
    }

    @Test
    @Order(1)
    void statusBeforeAnySourceIsRefused() {
        CommandRun status = CommandRun.of("status", "--bootstrap-server", server);

        assertThat(status.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(status.err())
                .contains(
                        "The topic taskqueue.events does not exist on this cluster: no source has been started here.");
    }

    @Test
    @Order(2)
    void dispatchEndsWhenEveryTaskHasEnded() throws Exception {
        TestTopics.create(server, PARTITIONS);
        Path tasks = Files.writeString(
                directory.resolve("tasks.ndjson"), "{\"n\":1.50}\n\"two\"\n{broken\n[3]\n".repeat(10));

        CommandRun dispatch = CommandRun.dispatch(
                server,
                QUEUE,
                tasks,
                "--fail-rate",
                "0.3",
                "--lease",
                "300ms",
                "--owner-peer",
                "pool",
                "--skip-invalid",
                "--output",
                "json");

        assertThat(dispatch.exitCode()).as(dispatch.err()).isZero();
        assertThat(dispatch.err()).contains("Line 3 is not a valid task: ", "Line 39 is not a valid task: ");
        JsonNode result = dispatch.json();
        assertThat(result.get("queue").asText()).isEqualTo(QUEUE);
        assertThat(result.get("tasks").asInt()).isEqualTo(30);
        assertThat(result.get("skipped").asInt()).isEqualTo(10);
        JsonNode events = result.get("events");
        assertThat(events.get("Enqueued").asInt()).isEqualTo(30);
        assertThat(events.path("Completed").asInt()
                        + events.path("DeadLettered").asInt())
                .isEqualTo(30);
    }

    @Test
    @Order(3)
    void theSinkCallsTheTargetOnceForEachEvent() {
        CommandRun sink = sink("first");

        assertThat(sink.exitCode()).as(sink.err()).isZero();
        JsonNode result = sink.json();
        assertThat(result.get("applied").asLong())
                .isEqualTo(target.calls())
                .isEqualTo(target.keys())
                .isGreaterThan(89);
        assertThat(result.get("effects").get("run").asLong()).isEqualTo(target.calls());
        assertThat(result.get("gaps").asLong()).isZero();
    }

    @Test
    @Order(4)
    void replayWithoutExecutePrintsThePlanAndChangesNothing() {
        CommandRun plan = CommandRun.of(
                "replay", "--bootstrap-server", server, "--name", "books", "--to-earliest", "--output", "json");

        assertThat(plan.exitCode()).as(plan.err()).isZero();
        assertThat(plan.json().get("executed").asBoolean()).isFalse();
        // SourceStarted is a record as well
        assertThat(plan.json().get("events").asLong()).isEqualTo(target.calls() + 1);
        CommandRun sink = sink("second");
        assertThat(sink.json().get("applied").asLong()).isZero();
    }

    @Test
    @Order(4)
    void replayStartsAtAnOffsetOrATime() {
        long records = target.calls() + 1;

        assertThat(planned("--to-offset", "10")).isEqualTo(records - 10);
        assertThat(planned("--to-offset", "999999")).isZero();
        assertThat(planned("--to-datetime", "2020-01-01T00:00:00Z")).isEqualTo(records);
        assertThat(planned("--to-datetime", "2999-01-01T00:00:00+01:00")).isZero();
    }

    @Test
    @Order(4)
    void replayNeverMovesForwardPastUnreadRecords() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", server))) {
            TopicOffsets topic = ExistingTopic.find(admin, "taskqueue.events");
            Map<TopicPartition, Long> ends = topic.offsets(OffsetSpec.latest());
            TopicPartition read = Collections.max(ends.entrySet(), Map.Entry.comparingByValue())
                    .getKey();
            admin.alterConsumerGroupOffsets("behind", Map.of(read, new OffsetAndMetadata(5)))
                    .all()
                    .get();

            admin.createTopics(List.of(new NewTopic("behind.control", PARTITIONS, (short) 1)))
                    .all()
                    .get();

            CommandRun plan = CommandRun.of(
                    "replay",
                    "--bootstrap-server",
                    server,
                    "--name",
                    "behind",
                    "--to-offset",
                    "50",
                    "--output",
                    "json");

            assertThat(plan.exitCode()).as(plan.err()).isZero();
            assertThat(plan.json().get("partitions")).hasSize(PARTITIONS).allSatisfy(move -> assertThat(
                            move.get("to").asLong())
                    .isEqualTo(move.get("partition").asInt() == read.partition() ? 5 : 0));
        }
    }

    private static long planned(String... where) {
        CommandRun plan = CommandRun.of(Stream.concat(
                        Stream.of("replay", "--bootstrap-server", server, "--name", "books", "--output", "json"),
                        Stream.of(where))
                .toArray(String[]::new));
        assertThat(plan.exitCode()).as(plan.err()).isZero();
        return plan.json().get("events").asLong();
    }

    @Test
    @Order(4)
    void replayIsRefusedWhileTheSinkRuns() {
        ReplicationSink<String> nothing = (event, effects) -> {};
        try (SinkService alive = SinkService.builder("alive", nothing, PayloadCodec.jsonText())
                .kafka(Map.of("bootstrap.servers", server))
                .stateDirectory(directory.resolve("alive"))
                .start()) {
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(alive::ready);

            CommandRun replay = CommandRun.of(
                    "replay", "--bootstrap-server", server, "--name", "alive", "--to-earliest", "--execute");

            assertThat(replay.exitCode()).isEqualTo(ExitCode.REFUSED);
            assertThat(replay.err())
                    .contains("Sink alive is running: its consumer group is ")
                    .contains("Stop every instance of it");
        }
        assertThat(CommandRun.of(
                                "replay", "--bootstrap-server", server, "--name", "alive", "--to-earliest", "--execute")
                        .exitCode())
                .isZero();
    }

    @Test
    @Order(5)
    void replayCallsNothingEvenWithoutTheStateDirectory() {
        long calls = target.calls();
        CommandRun replay =
                CommandRun.of("replay", "--bootstrap-server", server, "--name", "books", "--to-earliest", "--execute");
        assertThat(replay.exitCode()).as(replay.err()).isZero();
        assertThat(replay.out()).contains("The offsets were moved. Start the sink");

        CommandRun sink = sink("wiped");

        assertThat(sink.exitCode()).as(sink.err()).isZero();
        assertThat(sink.json().get("applied").asLong()).isEqualTo(calls);
        assertThat(sink.json().get("effects").get("reused").asLong()).isEqualTo(calls);
        assertThat(sink.json().get("effects").get("run").asLong()).isZero();
        assertThat(sink.json().get("effects").get("missing").asLong()).isZero();
        assertThat(target.calls()).isEqualTo(calls);
    }

    @Test
    @Order(6)
    void offsetResetByKafkasToolIsAReplay() throws Exception {
        long calls = target.calls();
        try (ChildJvm reset = ChildJvm.start(
                directory.resolve("reset.txt"),
                ConsumerGroupCommand.class,
                "--bootstrap-server",
                server,
                "--group",
                "books",
                "--topic",
                "taskqueue.events",
                "--reset-offsets",
                "--to-earliest",
                "--execute")) {
            assertThat(reset.awaitEnd()).as(reset.output()).isZero();
        }

        CommandRun sink = sink("wiped again");

        assertThat(sink.exitCode()).as(sink.err()).isZero();
        assertThat(sink.json().get("effects").get("reused").asLong()).isEqualTo(calls);
        assertThat(target.calls()).isEqualTo(calls);
    }

    @Test
    @Order(6)
    void statusShowsTheQueueAndTheSink() {
        CommandRun status =
                CommandRun.of("status", "--bootstrap-server", server, "--name", "books", "--output", "json");

        assertThat(status.exitCode()).as(status.err()).isZero();
        JsonNode queue = status.json().get("queues").get(0);
        assertThat(queue.get("queue").asText()).isEqualTo(QUEUE);
        assertThat(queue.get("owner").asText()).startsWith("dispatcher-");
        assertThat(queue.get("lastPosition").asText())
                .isEqualTo(queue.get("epoch").asText() + "/" + target.calls());
        JsonNode sink = status.json().get("sinks").get(0);
        assertThat(sink.get("name").asText()).isEqualTo("books");
        assertThat(sink.get("events").asLong()).isZero();
        assertThat(sink.get("seconds").asDouble()).isZero();
        assertThat(CommandRun.of("status", "--bootstrap-server", server).out()).contains("books", "Empty");
    }

    @Test
    @Order(7)
    void unknownSinksAreRefused() {
        assertThat(List.of(
                        CommandRun.of("status", "--bootstrap-server", server, "--name", "nobody"),
                        CommandRun.of("results", "--bootstrap-server", server, "--name", "nobody"),
                        CommandRun.of("parked", "list", "--bootstrap-server", server, "--name", "nobody"),
                        CommandRun.of("replay", "--bootstrap-server", server, "--name", "nobody", "--receipt"),
                        CommandRun.of("replay", "--bootstrap-server", server, "--name", "nobody", "--to-earliest")))
                .allSatisfy(run -> {
                    assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
                    assertThat(run.err()).contains("nobody");
                });
    }

    @Test
    @Order(8)
    void logSinkAppliesEveryEvent() {
        CommandRun sink = CommandRun.of(
                "sink",
                "--bootstrap-server",
                server,
                "--name",
                "shown",
                "--sink",
                "log",
                "--state-dir",
                directory.resolve("shown").toString(),
                "--until-idle",
                "200ms",
                "--output",
                "json");

        assertThat(sink.exitCode()).as(sink.err()).isZero();
        assertThat(sink.json().get("applied").asLong()).isEqualTo(target.calls());
    }

    @Test
    @Order(9)
    void sinkFactoryOfTheUserIsLoadedByName() {
        OwnSinkFactory.APPLIED.set(0);
        CommandRun sink = CommandRun.of(
                "sink",
                "--bootstrap-server",
                server,
                "--name",
                "own",
                "--sink",
                OwnSinkFactory.class.getName(),
                "--class-path",
                "target/test-classes",
                "--sink-config",
                "greeting=hello",
                "--state-dir",
                directory.resolve("own").toString(),
                "--until-idle",
                "200ms",
                "--output",
                "json");

        assertThat(sink.exitCode()).as(sink.err()).isZero();
        assertThat(sink.json().get("effects").get("run").asLong()).isEqualTo(target.calls());
        assertThat(OwnSinkFactory.APPLIED.get()).isEqualTo(target.calls());
    }

    @Test
    @Order(10)
    void eventsMayBeOnAnotherTopic() throws IOException {
        Path tasks = Files.writeString(directory.resolve("one.ndjson"), "1\n");

        CommandRun dispatch = CommandRun.of(
                "dispatch",
                "--bootstrap-server",
                server,
                "--queue",
                "elsewhere",
                "--topic",
                "other.events",
                "--tasks",
                tasks.toString());
        CommandRun status =
                CommandRun.of("status", "--bootstrap-server", server, "--topic", "other.events", "--output", "json");

        assertThat(dispatch.exitCode()).as(dispatch.err()).isZero();
        assertThat(dispatch.out()).startsWith("Queue elsewhere: 1 tasks, 1 completed or dead-lettered, 0 drained.");
        for (JsonNode queue : status.json().get("queues")) {
            boolean here = queue.get("queue").asText().equals("elsewhere");
            assertThat(queue.hasNonNull("lastPosition")).as(queue.toString()).isEqualTo(here);
        }
    }

    private static CommandRun sink(String stateDirectory) {
        return CommandRun.of(
                "sink",
                "--bootstrap-server",
                server,
                "--name",
                "books",
                "--sink",
                "http",
                "--sink-config",
                "url=" + target.uri(),
                "--sink-config",
                "timeout=6s",
                "--state-dir",
                directory.resolve(stateDirectory).toString(),
                "--until-idle",
                "200ms",
                "--output",
                "json");
    }
}
