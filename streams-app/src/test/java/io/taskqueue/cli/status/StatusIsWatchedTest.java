package io.taskqueue.cli.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskqueue.cli.CommandRun;
import io.taskqueue.cli.TestTopics;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.console.model.Badge;
import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.kafka.TopicNames;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code status --watch}: rounds as JSON lines and as blocks of text, and what a terminal is sent. */
class StatusIsWatchedTest {

    @TempDir
    static Path directory;

    private static EmbeddedKafka broker;
    private static String server;

    @BeforeAll
    static void dispatchAndCommit() throws Exception {
        broker = EmbeddedKafka.start(directory.resolve("broker"), 0);
        server = broker.bootstrapServers();
        TestTopics.create(server, 1);
        Path tasks = Files.writeString(directory.resolve("tasks.ndjson"), "1\n2\n3\n");
        CommandRun dispatch = CommandRun.dispatch(server, "orders", tasks);
        assertThat(dispatch.exitCode()).as(dispatch.err()).isZero();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", server))) {
            for (String group : List.of("billing", "my-console")) {
                admin.alterConsumerGroupOffsets(
                                group, Map.of(new TopicPartition(TopicNames.EVENTS, 0), new OffsetAndMetadata(4)))
                        .all()
                        .get(30, TimeUnit.SECONDS);
            }
            admin.createTopics(List.of(new NewTopic(TopicNames.consoleView("my-console"), 1, (short) 1)))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    private static CommandRun watch(String... more) {
        return CommandRun.of(Stream.concat(Stream.of("status", "--bootstrap-server", server), Stream.of(more))
                .toArray(String[]::new));
    }

    @Test
    void eachRoundIsOneLineOfJsonWithWhatIsUnknownAsNull() throws Exception {
        CommandRun run = watch("--watch", "--interval", "500ms", "--count", "2", "--output", "json");

        assertThat(run.exitCode()).as(run.err()).isZero();
        List<String> lines = run.out().lines().toList();
        assertThat(lines).hasSize(2);
        JsonNode state = new ObjectMapper().readTree(lines.get(1));
        assertThat(state.get("problem").isNull()).isTrue();
        JsonNode queue = state.get("queues").get(0);
        assertThat(queue.get("queue").asText()).isEqualTo("orders");
        assertThat(queue.get("epoch").asLong()).isPositive();
        assertThat(queue.get("lastPosition").asText()).matches("\\d+/\\d+");
        assertThat(queue.get("problems").get(0).get("kind").asText()).isEqualTo("NO_SINK");
        assertThat(state.get("sinks")).hasSize(1);
        JsonNode sink = state.get("sinks").get(0);
        assertThat(sink.get("name").asText()).isEqualTo("billing");
        assertThat(sink.get("state").asText()).isEqualTo("Empty");
        assertThat(sink.get("events").asLong()).isPositive();
        assertThat(sink.get("etaSeconds").isNull()).isTrue();
        assertThat(sink.at("/catchUp/state").asText()).isEqualTo("UNKNOWN");
        assertThat(sink.get("parked").isNull()).isTrue();
    }

    @Test
    void withoutATerminalARoundIsABlockOfText() {
        CommandRun run = watch("--watch", "--count", "1");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).startsWith("taskqueue status at ").doesNotContain("\u001b", "my-console");
        assertThat(run.out().lines().filter(line -> line.startsWith("billing")))
                .singleElement()
                .satisfies(line -> assertThat(line).contains("Empty").contains("unknown"));
        assertThat(run.out()).contains("    SINK_STOPPED  Sink billing has no running instance: ");
        assertThat(run.out()).contains("    NO_SINK  orders: No running sink has partition ");
    }

    @Test
    void aConsoleIsNotListedAsASink() {
        assertThat(watch("--output", "json").json().get("sinks").findValuesAsText("name"))
                .containsExactly("billing");
        CommandRun named = watch("--name", "my-console");
        assertThat(named.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(named.err())
                .contains(
                        "Sink my-console has not committed offsets of topic taskqueue.events. Sinks that have: billing.");
    }

    @Test
    void optionsOfRoundsNeedWatchAndAnIntervalHasBounds() {
        CommandRun unwatched = watch("--count", "1");
        assertThat(unwatched.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(unwatched.err())
                .contains(
                        "--interval and --count are about the rounds of --watch, but --watch was not given. Pass it as well.");
        CommandRun fast = watch("--watch", "--interval", "10ms");
        assertThat(fast.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(fast.err()).contains("--interval is 10ms, but must be from 500ms to 1h. Correct it.");
    }

    @Test
    void aScreenReplacesTheOneBeforeAndFitsTheTerminal() {
        List<String> lines =
                IntStream.range(0, 10).mapToObj(line -> "line " + line).toList();
        String end = "\u001b[K" + System.lineSeparator();

        assertThat(WatchedText.screen(lines, 4, 5))
                .isEqualTo("\u001b[Hline" + end + "line" + end + "line" + end + "… 7 " + end + "\u001b[J");
        assertThat(WatchedText.screen(lines.subList(0, 2), 80, 24))
                .isEqualTo("\u001b[Hline 0" + end + "line 1" + end + "\u001b[J");
        assertThat(WatchedText.screen(List.of("注文注文 x", "ab注文"), 5, 24))
                .as("characters that take two columns")
                .isEqualTo("\u001b[H注文" + end + "ab注" + end + "\u001b[J");
    }

    @Test
    void namesCannotSendControlCharactersToTheTerminalAndQueuesWithProblemsComeFirst() {
        WatchedState.Queue hostile = new WatchedState.Queue(
                "a\u001b[2Jb", "own\u202eer\n", 7L, "7/20", 1.25, null, List.of(new Badge(Badge.Kind.PARKED, "x")));
        WatchedState state = new WatchedState("now", null, List.of("no \u001b[2J owner"), List.of(hostile), List.of());

        assertThat(WatchedText.lines(state))
                .noneMatch(line -> line.chars().anyMatch(Character::isISOControl))
                .contains("note: no \\u001b[2J owner")
                .anyMatch(line -> line.contains("own\\u202eer\\u000a"))
                .anyMatch(line -> line.contains("a\\u001b[2Jb") && line.endsWith("  PARKED"));
    }
}
