package io.taskqueue.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskqueue.cli.CommandRun;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Faults on a real broker, each found with what to do; each test has topics of its own. */
class PlantedFaultsTest {

    private static EmbeddedKafka broker;
    private static Admin admin;

    @BeforeAll
    static void startABrokerWithUnsuitableSettings(@TempDir Path directory) throws Exception {
        broker = EmbeddedKafka.start(
                directory,
                0,
                Map.of(
                        "unclean.leader.election.enable", "true",
                        "transactional.id.expiration.ms", "3600000",
                        "transaction.max.timeout.ms", "9000",
                        "transaction.partition.verification.enable", "false",
                        "offsets.retention.minutes", "60"));
        admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }

    @AfterAll
    static void stop() {
        admin.close();
        broker.close();
    }

    @Test
    void settingsOfTheBrokers() {
        String file = " in server.properties of each broker, and restart them one after another.";

        assertThat(findings(doctor(), "broker-settings"))
                .containsExactlyInAnyOrder(
                        new Expected(
                                "warning",
                                "settings of the brokers",
                                "unclean.leader.election.enable is true, so a topic that does not set it itself loses"
                                        + " acknowledged events when a replica that lacks them becomes leader",
                                "Run: kafka-configs.sh --bootstrap-server " + server()
                                        + " --alter --entity-type brokers --entity-default --add-config"
                                        + " unclean.leader.election.enable=false; or set it on each topic."),
                        new Expected(
                                "warning",
                                "settings of the brokers",
                                "transactional.id.expiration.ms is 3600000, so a sink that has been idle for that long fails"
                                        + " its next transaction, and starts its threads again",
                                "Set transactional.id.expiration.ms=86400000" + file),
                        new Expected(
                                "error",
                                "settings of the brokers",
                                "transaction.max.timeout.ms is 9000, so no sink can start: its transactions may take 10 s or"
                                        + " longer",
                                "Set transaction.max.timeout.ms=10000" + file),
                        new Expected(
                                "warning",
                                "settings of the brokers",
                                "transaction.partition.verification.enable is false, so a late request can leave a transaction"
                                        + " open for ever, behind which no sink reads",
                                "Set transaction.partition.verification.enable=true" + file));
    }

    @Test
    void aMissingTopic() {
        CommandRun run = doctor("--topic", "no.events", "--registry-topic", "no.sources", "--output", "text");

        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.out())
                .contains(
                        "error    topic no.events: it does not exist on this cluster: no source has been started here.\n"
                                + "         Check --topic and --bootstrap-server. A source creates the topic, or create it,"
                                + " with --replication-factor 3 in production: kafka-topics.sh --bootstrap-server "
                                + server()
                                + " --create --topic no.events --partitions 12 --config cleanup.policy=delete\n")
                .contains(
                        "error    topic no.sources: it does not exist on this cluster: no source has been started here.\n"
                                + "         Check --registry-topic and --bootstrap-server. A source creates the topic, or create it,"
                                + " with --replication-factor 3 in production: kafka-topics.sh --bootstrap-server "
                                + server()
                                + " --create --topic no.sources --partitions 1 --config cleanup.policy=compact\n");
    }

    @Test
    void settingsOfTheEventTopic() throws Exception {
        create(
                "unfit",
                2,
                Map.of(
                        "cleanup.policy", "compact",
                        "unclean.leader.election.enable", "true",
                        "message.timestamp.type", "LogAppendTime",
                        "message.timestamp.before.max.ms", "1000",
                        "min.insync.replicas", "2",
                        "max.message.bytes", "4000000",
                        "retention.ms", "3600000",
                        "retention.bytes", "500000000"));
        CommandRun run = doctor("--topic", "unfit");

        assertThat(findings(run, "event-topic-settings"))
                .containsExactly(
                        new Expected(
                                "error",
                                "topic unfit",
                                "cleanup.policy is compact, so compaction keeps only the newest event of each queue, whose"
                                        + " name is the key",
                                configure("unfit", "cleanup.policy=delete")),
                        new Expected(
                                "error",
                                "topic unfit",
                                "unclean.leader.election.enable is true, so acknowledged events are lost when a replica that"
                                        + " lacks them becomes leader",
                                configure("unfit", "unclean.leader.election.enable=false")),
                        new Expected(
                                "note",
                                "topic unfit",
                                "message.timestamp.type is LogAppendTime, so replay --to-datetime and the ages of events go by"
                                        + " the time when a broker stored them",
                                configure("unfit", "message.timestamp.type=CreateTime")),
                        new Expected(
                                "warning",
                                "topic unfit",
                                "message.timestamp.before.max.ms is 1000, so events that wait longer than that for Kafka, or in"
                                        + " a file for resend, are refused",
                                configure("unfit", "message.timestamp.before.max.ms=86400000")));
        assertThat(findings(run, "in-sync-replicas"))
                .contains(new Expected(
                        "error",
                        "topic unfit",
                        "min.insync.replicas is 2 of 1 replica, so nothing can be written",
                        configure("unfit", "min.insync.replicas=1")));
        assertThat(findings(run, "record-size"))
                .containsExactly(new Expected(
                        "note",
                        "topic unfit",
                        "max.message.bytes is 4000000, and max.request.size of a producer with these properties is 1048576, so"
                                + " a dispatcher with them refuses payloads that the topic would take",
                        "Set producer.max.request.size=4000000 in the properties of dispatchers (--command-config)."));
        assertThat(findings(run, "replay-horizon"))
                .containsExactly(
                        new Expected(
                                "warning",
                                "topic unfit",
                                "retention.ms is 3600000 (1h), so a replay of 168h (--replay-horizon) is not possible",
                                configure("unfit", "retention.ms=604800000")
                                        + ". If less is enough, pass it as --replay-horizon."),
                        new Expected(
                                "note",
                                "topic unfit",
                                "retention.bytes is 500000000. How far back a replay can go depends on the number of events",
                                configure("unfit", "retention.bytes=-1") + ", and limit the age with retention.ms."));
        assertThat(findings(doctor("--topic", "unfit", "--replay-horizon", "1h"), "replay-horizon"))
                .contains(new Expected(
                        "ok", "topic unfit", "retention.ms is 3600000 (1h), and a replay of 1h is possible", null));
    }

    @Test
    void settingsOfTheRegistry() throws Exception {
        create("unfit.sources", 2, Map.of("cleanup.policy", "delete"));
        CommandRun run = doctor("--registry-topic", "unfit.sources");

        assertThat(findings(run, "registry-topic"))
                .containsExactly(new Expected(
                        "error",
                        "topic unfit.sources",
                        "it has 2 partitions, but the offset of a claim is an epoch, and is unique in one partition only",
                        "Name another registry topic, with one partition, for all dispatchers of this cluster."));
        assertThat(findings(run, "registry-settings"))
                .containsExactly(
                        new Expected(
                                "error",
                                "topic unfit.sources",
                                "cleanup.policy is delete, so the owners of queues and their low-water marks are deleted when"
                                        + " they are old",
                                configure("unfit.sources", "cleanup.policy=compact")),
                        new Expected(
                                "error",
                                "topic unfit.sources",
                                "unclean.leader.election.enable is true, so the owner of a queue is lost, and two may continue,"
                                        + " when a replica that lacks the newest claim becomes leader",
                                configure("unfit.sources", "unclean.leader.election.enable=false")));
    }

    @Test
    void aClockThatIsWrong() {
        String remedy =
                "Synchronize the clocks of all machines (chrony, NTP), and run doctor on those of dispatchers and sinks"
                        + " too.";
        String consequence = ". Retention, lags in seconds, and the end of a lease in a recovery go by such clocks";

        assertThat(clocks(Duration.ofHours(-1)))
                .isEqualTo(new Expected(
                        "warning",
                        "clocks",
                        "the clock of this machine is 1h behind that of the active controller (node 1)" + consequence,
                        remedy));
        assertThat(clocks(Duration.ofHours(1)))
                .isEqualTo(new Expected(
                        "warning",
                        "clocks",
                        "the clock of this machine is 1h ahead of that of the active controller (node 1)" + consequence,
                        remedy));
    }

    /** The finding, its difference rounded: it is exact but for the time that the request took. */
    private static Expected clocks(Duration offset) {
        Expected found = findings(later(offset), "clocks").get(0);
        return new Expected(
                found.level(),
                found.subject(),
                found.fact().replaceAll("is (59m|35\\d\\ds|1h) ", "is 1h "),
                found.remedy());
    }

    @Test
    void anOpenTransaction() throws Exception {
        create("held", 1, Map.of());
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", server(), "transactional.id", "left-open", "transaction.timeout.ms", 9_000),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("held", new byte[1])).get(30, TimeUnit.SECONDS);

            assertThat(findings(doctor("--topic", "held"), "open-transactions"))
                    .as("it may be about to end")
                    .containsExactly(new Expected("ok", "topic held", "no transaction holds readers back", null));
            Expected found = findings(later(Duration.ofSeconds(11), "--topic", "held"), "open-transactions")
                    .get(0);
            assertThat(found.level()).isEqualTo("error");
            assertThat(found.fact())
                    .matches(
                            "partition 0 cannot be read from offset 0 to its end 1, because a transaction is open there"
                                    + " \\(producer \\d+, last write [-0-9T:.]+Z\\)");
            assertThat(found.remedy())
                    .isEqualTo("End its producer, or run: kafka-transactions.sh --bootstrap-server " + server()
                            + " abort --topic held --partition 0 --start-offset 0");
            producer.abortTransaction();
        }
    }

    @Test
    void liveTasksThatRetentionRemoves() throws Exception {
        List<String> topics = List.of("--topic", "short.events", "--registry-topic", "short.sources");
        leaveALiveTask("short.events", "short.sources");
        String[] given = topics.toArray(String[]::new);

        assertThat(findings(later(Duration.ofDays(6), given), "live-tasks")).satisfiesExactly(finding -> {
            assertThat(finding.level()).isEqualTo("error");
            assertThat(finding.fact())
                    .matches("1 queue with live tasks; the oldest event of one is (144h|\\d+[sm]) old, of queue orders,"
                            + " and retention.ms \\(168h\\) is about to remove it: no owner has written it again");
            assertThat(finding.remedy())
                    .isEqualTo("Start a dispatcher of that queue with --recover, or raise retention.ms.");
        });

        TopicPartition partition = new TopicPartition("short.events", 0);
        admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(-1)))
                .all()
                .get(30, TimeUnit.SECONDS);
        assertThat(findings(doctor(given), "live-tasks")).satisfiesExactly(finding -> {
            assertThat(finding.level()).isEqualTo("error");
            assertThat(finding.fact())
                    .matches(
                            "retention has removed events of live tasks of queue orders: partition 0 begins at offset \\d+, but"
                                    + " the oldest live task of queue orders was at offset \\d+ on [-0-9T:.]+Z\\. These tasks are"
                                    + " lost, unless they have ended since");
            assertThat(finding.remedy())
                    .isEqualTo("Count them with `taskqueue recover --queue NAME`, and raise retention.ms and"
                            + " retention.bytes.");
        });

        admin.deleteTopics(List.of("short.events")).all().get(30, TimeUnit.SECONDS);
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> !admin.listTopics().names().get().contains("short.events"));
        create("short.events", 1, Map.of());
        assertThat(findings(doctor(given), "live-tasks"))
                .containsExactly(new Expected(
                        "error",
                        "live tasks on topic short.events",
                        "the topic was deleted and created again, and with it the live tasks of queue orders were lost",
                        "Compare the input of these queues with the outcome at the target."));
    }

    private static void leaveALiveTask(String events, String registry) throws Exception {
        try (TaskQueue<String> queue = TaskQueue.<String>builder("orders").build();
                ReplicationSource<String> source = ReplicationSource.builder(queue, PayloadCodec.utf8())
                        .kafka(Map.of("bootstrap.servers", server()))
                        .topic(events)
                        .registryTopic(registry)
                        .partitions(1)
                        .start()) {
            queue.enqueue("order");
            assertThat(source.handOver(Duration.ZERO).tasks()).isEqualTo(1);
        }
    }

    @Test
    void topicsOfASink() throws Exception {
        create("read", 3, Map.of());
        create("ill-state-changelog", 1, Map.of("cleanup.policy", "delete", "max.message.bytes", "1000000"));
        create("ill.control", 4, Map.of());
        create("ill.dead", 1, Map.of("max.message.bytes", "2000000"));
        create("ill-identity", 1, Map.of("cleanup.policy", "compact", "unclean.leader.election.enable", "true"));
        commit("ill", "read");

        List<Expected> found = findings(doctor("--topic", "read"), "sink-topics");

        assertThat(found.stream().filter(finding -> !finding.fact().startsWith("unclean")))
                .containsExactly(
                        new Expected(
                                "error",
                                "topic ill.control",
                                "it has 4 partitions, and the event topic 3, so the sink does not start: the event topic was"
                                        + " created again with fewer",
                                "Partitions cannot be removed. Start the sink under a new --name."),
                        new Expected(
                                "error",
                                "topic ill-results-changelog",
                                "the changelog topic of the sink does not exist, so what the sink has recorded there is lost",
                                "Stop all instances of the sink, then start one with a new --state-dir; a replay runs effects"
                                        + " again whose results are lost."),
                        new Expected(
                                "error",
                                "topic ill-state-changelog",
                                "it has 1 partition, and the event topic 3, so the sink cannot work on the last ones",
                                "A sink that may (Alter on its topics) adds partitions itself; or run: kafka-topics.sh"
                                        + " --bootstrap-server " + server()
                                        + " --alter --topic ill-state-changelog --partitions 3"),
                        new Expected(
                                "error",
                                "topic ill-state-changelog",
                                "cleanup.policy is delete, so what the sink has recorded is deleted when it is old",
                                configure("ill-state-changelog", "cleanup.policy=compact")),
                        new Expected(
                                "warning",
                                "topic ill-state-changelog",
                                "max.message.bytes is 1000000, so the sink stops at an event that is as large as the event topic"
                                        + " takes",
                                configure("ill-state-changelog", "max.message.bytes=1114124")));
        assertThat(found)
                .contains(new Expected(
                        "warning",
                        "topic ill-identity",
                        "unclean.leader.election.enable is true, so committed results can be lost when a replica that lacks"
                                + " them becomes leader",
                        configure("ill-identity", "unclean.leader.election.enable=false")));
    }

    @Test
    void aSinkThatIsStoppedAndBehind() throws Exception {
        create("waiting", 1, Map.of());
        create("idle-state-changelog", 1, Map.of("cleanup.policy", "compact"));
        publish("waiting", 3);
        commit("idle", "waiting");

        assertThat(findings(later(Duration.ofHours(1), "--topic", "waiting"), "sink-progress"))
                .satisfiesExactly(finding -> {
                    assertThat(finding.level()).isEqualTo("warning");
                    assertThat(finding.fact())
                            .matches("it is stopped, and is 3 events behind, the oldest of which is \\d+[smh] old");
                    assertThat(finding.remedy()).isEqualTo("Start it: taskqueue sink --name idle …");
                });
        assertThat(findings(later(Duration.ofDays(4), "--topic", "waiting"), "sink-progress"))
                .satisfiesExactly(finding -> {
                    assertThat(finding.level()).isEqualTo("error");
                    assertThat(finding.fact())
                            .matches("it is stopped, and is 3 events behind, the oldest of which is \\d+[smh] old\\."
                                    + " retention.ms \\(168h\\) removes events that it has not consumed");
                    assertThat(finding.remedy())
                            .isEqualTo(
                                    "Start it: taskqueue sink --name idle … Raise retention.ms of the topic until it has"
                                            + " caught up.");
                });
        assertThat(findings(doctor("--topic", "waiting"), "offsets-retention"))
                .containsExactly(new Expected(
                        "warning",
                        "committed offsets of sinks",
                        "offsets.retention.minutes is 60 (1h), and then Kafka deletes those of the sinks that are stopped: idle."
                                + " A sink that starts after that reads topic waiting from its beginning; it runs no effect"
                                + " again whose result is recorded",
                        "Start the sinks, or set a higher offsets.retention.minutes in server.properties of each broker, and"
                                + " restart them one after another."));
    }

    @Test
    void aSinkThatHasNotRun() throws Exception {
        create("not.read", 1, Map.of());

        assertThat(findings(doctor("--topic", "not.read", "--name", "nobody"), "sink-progress"))
                .containsExactly(new Expected(
                        "warning",
                        "sink nobody",
                        "it has not committed offsets of topic not.read: it has not run, or Kafka has deleted them",
                        "Check --name and --topic; `taskqueue status` lists the sinks."));
    }

    /** A finding as JSON. */
    record Expected(String level, String subject, String fact, String remedy) {

        private static Expected of(JsonNode json) {
            return new Expected(
                    json.get("level").asText(),
                    json.get("subject").asText(),
                    json.get("fact").asText(),
                    json.has("remedy") ? json.get("remedy").asText() : null);
        }
    }

    private static List<Expected> findings(CommandRun run, String check) {
        assertThat(run.err()).isEmpty();
        return StreamSupport.stream(run.json().get("findings").spliterator(), false)
                .filter(finding -> finding.get("check").asText().equals(check))
                .map(Expected::of)
                .toList();
    }

    private static CommandRun doctor(String... more) {
        return later(Duration.ZERO, more);
    }

    /** Runs the command on a machine whose clock is ahead. */
    private static CommandRun later(Duration ahead, String... more) {
        List<String> arguments = new ArrayList<>(List.of("doctor", "--bootstrap-server", server()));
        if (!List.of(more).contains("--output")) {
            arguments.addAll(List.of("--output", "json"));
        }
        arguments.addAll(List.of(more));
        return CommandRun.at(Clock.offset(Clock.systemUTC(), ahead), arguments.toArray(String[]::new));
    }

    private static String server() {
        return broker.bootstrapServers();
    }

    private static String configure(String topic, String config) {
        return "Run: kafka-configs.sh --bootstrap-server " + server() + " --alter --topic " + topic + " --add-config "
                + config;
    }

    private static void create(String topic, int partitions, Map<String, String> config) throws Exception {
        admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(config)))
                .all()
                .get(30, TimeUnit.SECONDS);
    }

    private static void commit(String group, String topic) throws Exception {
        Map<TopicPartition, OffsetAndMetadata> offsets = Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(0));
        Awaitility.await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> {
            admin.alterConsumerGroupOffsets(group, offsets).all().get(30, TimeUnit.SECONDS);
            return true;
        });
    }

    private static void publish(String topic, int records) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", server()), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < records; i++) {
                producer.send(new ProducerRecord<>(topic, new byte[1])).get(30, TimeUnit.SECONDS);
            }
        }
    }
}
