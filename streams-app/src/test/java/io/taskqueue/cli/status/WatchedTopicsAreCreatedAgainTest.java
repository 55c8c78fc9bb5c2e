package io.taskqueue.cli.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskqueue.cli.CommandRun;
import io.taskqueue.cli.TestTopics;
import io.taskqueue.cli.shared.Output;
import io.taskqueue.console.overview.QueueHeads.Head;
import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.kafka.TopicReader;
import io.taskqueue.queue.Ticker;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.IsolationLevel;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code status --watch} where the event topic is deleted, and created again. */
class WatchedTopicsAreCreatedAgainTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    static Path directory;

    private static EmbeddedKafka broker;
    private static String server;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = EmbeddedKafka.start(directory.resolve("broker"), 0);
        server = broker.bootstrapServers();
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    private static void dispatch(String topic, String queue, int tasks) throws Exception {
        TestTopics.create(server, topic, 1);
        Path file = Files.writeString(directory.resolve(queue + ".ndjson"), "1\n".repeat(tasks));
        CommandRun dispatch = CommandRun.dispatch(server, queue, file, "--topic", topic);
        assertThat(dispatch.exitCode()).as(dispatch.err()).isZero();
    }

    private static void delete(String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", server))) {
            admin.deleteTopics(List.of(topic)).all().get(30, TimeUnit.SECONDS);
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> !admin.listTopics().names().get().contains(topic));
        }
    }

    @Test
    void theNewestEventsAreThoseOfTheTopicThatExistsNow() throws Exception {
        NewestQueueEvents events = new NewestQueueEvents("watched", Ticker.system());
        try (TopicReader reader = TopicReader.open(
                Map.of("bootstrap.servers", server, "consumer.metadata.max.age.ms", 500),
                IsolationLevel.READ_UNCOMMITTED,
                Duration.ofSeconds(5))) {
            dispatch("watched", "before", 10);
            events.read(reader);
            assertThat(events.heads()).extracting(Head::queueName).containsExactly("before");

            delete("watched");
            dispatch("watched", "now", 1);

            Awaitility.await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> {
                events.read(reader);
                assertThat(events.heads()).extracting(Head::queueName).containsExactly("now");
            });
        }
    }

    /** The output of a command. */
    @Command
    private static final class Watch {

        @Mixin
        private final Output output = new Output();
    }

    @Test
    @Timeout(60)
    void aTopicThatDoesNotExistAnyMoreIsReportedInEachRound() throws Exception {
        StringWriter out = new StringWriter();
        Watch watch = new Watch();
        CommandLine command = new CommandLine(watch);
        command.setOut(new PrintWriter(out, true));
        var unused = command.parseArgs("--output", "json");

        new StatusWatch(
                        new StatusWatch.Request(
                                Map.of("bootstrap.servers", server), "deleted", TopicNames.REGISTRY, null),
                        Duration.ofMillis(500),
                        2,
                        watch.output,
                        Clock.systemUTC(),
                        Ticker.system())
                .run();

        assertThat(out.toString().lines()).hasSize(2).allSatisfy(line -> {
            JsonNode state = new ObjectMapper().readTree(line);
            assertThat(state.get("problem").asText())
                    .isEqualTo(
                            "The topic deleted does not exist on this cluster: no source has been started here. Check the"
                                    + " address of the cluster and the name of the topic.");
            assertThat(state.get("queues")).isEmpty();
        });
    }
}
