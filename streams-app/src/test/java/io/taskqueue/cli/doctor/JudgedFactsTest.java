package io.taskqueue.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.cli.doctor.Finding.Level;
import io.taskqueue.event.Position;
import io.taskqueue.kafka.KafkaFailure;
import io.taskqueue.streams.admin.SinkCounts;
import io.taskqueue.streams.admin.SinkCounts.DivergedQueue;
import io.taskqueue.streams.checkpoint.Divergence;
import io.taskqueue.streams.checkpoint.Gap;
import io.taskqueue.streams.checkpoint.Missing;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.server.common.MetadataVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What checks make of facts that a broker in this process cannot have: several brokers, states of a sink, limits of size. */
class JudgedFactsTest {

    private static final KafkaTools TOOLS = new KafkaTools("k:9092", Optional.of(Path.of("client.properties")));
    private static final String CONFIGS =
            "kafka-configs.sh --bootstrap-server k:9092 --command-config client.properties --alter --topic orders --add-config ";
    private static final String DESCRIBE =
            "kafka-topics.sh --bootstrap-server k:9092 --command-config client.properties --describe --topic orders";

    @Test
    void theAgeOfARecordWhoseClockIsAheadIsZero() {
        Instant now = Instant.parse("2026-11-23T09:30:00Z");

        assertThat(ExaminedCluster.age(now.minusSeconds(90), now)).isEqualTo(Duration.ofSeconds(90));
        assertThat(ExaminedCluster.age(now.plusSeconds(90), now)).isEqualTo(Duration.ZERO);
    }

    @Test
    void aCommandForAFileWhoseNameHasSpacesCanBeCopied() {
        KafkaTools tools = new KafkaTools("k:9092", Optional.of(Path.of("my files", "client.properties")));

        assertThat(tools.describeTopic("orders"))
                .isEqualTo(
                        "kafka-topics.sh --bootstrap-server k:9092 --command-config 'my files/client.properties' --describe"
                                + " --topic orders");
    }

    @ParameterizedTest
    @EnumSource(MetadataVersion.class)
    void theVersionOfABrokerIsKnownByTheMetadataVersionThatItSupports(MetadataVersion version) {
        assertThat(BrokersCheck.release(version.featureLevel()))
                .contains(version.version().substring(0, version.version().indexOf('-')));
    }

    @Test
    void brokersOfOtherVersionsAreNotSupported() {
        short newest = (short) (MetadataVersion.latestTesting().featureLevel() + 1);
        assertThat(BrokersCheck.release((short) 6)).isEmpty();
        assertThat(BrokersCheck.release(null)).isEmpty();
        assertThat(BrokersCheck.release(newest)).isEmpty();

        assertThat(BrokersCheck.untested("broker 2", newest))
                .isEqualTo(Finding.warning(
                        "broker 2",
                        "it supports metadata.version up to 32, and no version of Kafka that was tested does",
                        "Use brokers of Kafka 3.3 to 4.4, or a newer version of this program."));
        assertThat(BrokersCheck.untested("broker 2", null))
                .isEqualTo(Finding.warning(
                        "broker 2",
                        "it supports no metadata.version, so it uses ZooKeeper or is older than Kafka 3.3, which is not"
                                + " supported",
                        "Use brokers of Kafka 3.3 to 4.4 in KRaft mode."));
    }

    @Test
    void aBrokerThatDoesNotAnswer() {
        KafkaFailure failure = new KafkaFailure(KafkaFailure.Kind.UNREACHABLE, "Timed out", "Check it.");

        assertThat(BrokersCheck.silent(new Node(2, "kafka-2", 9092), failure))
                .isEqualTo(Finding.error(
                        "broker 2",
                        "it does not answer at kafka-2:9092: Timed out",
                        "Check that it runs, and that the address that it advertises (advertised.listeners) can be reached from"
                                + " here."));
    }

    @Test
    void severalBrokersNeedReplicatedTransactionsAndOffsets() {
        Map<String, String> config = new HashMap<>(Map.of(
                "transaction.state.log.replication.factor", "1",
                "transaction.state.log.min.isr", "1",
                "offsets.topic.replication.factor", "1"));
        String file = " in server.properties of each broker, and restart them one after another";
        String lost =
                ", so a sink cannot commit while one broker is down, or its open transactions are lost with one broker";

        assertThat(BrokerSettingsCheck.judge(config, 1, TOOLS)).isEmpty();
        assertThat(BrokerSettingsCheck.judge(config, 3, TOOLS))
                .containsExactly(
                        Finding.warning(
                                "settings of the brokers",
                                "transaction.state.log.replication.factor is 1" + lost,
                                "Set transaction.state.log.replication.factor=3" + file
                                        + "; for a topic that exists, add replicas with kafka-reassign-partitions.sh."),
                        Finding.warning(
                                "settings of the brokers",
                                "transaction.state.log.min.isr is 1" + lost,
                                "Set transaction.state.log.min.isr=2" + file + "."),
                        Finding.warning(
                                "settings of the brokers",
                                "offsets.topic.replication.factor is 1, so the committed offsets of sinks are lost with one"
                                        + " broker",
                                "Set offsets.topic.replication.factor=3" + file
                                        + "; for a topic that exists, add replicas with kafka-reassign-partitions.sh."));
    }

    @Test
    void partitionsWithoutLeaderOrWithFewReplicasInSync() {
        TopicDescription topic = topic(
                partition(0, 1, List.of(1, 2, 3), List.of(1, 2, 3)),
                partition(1, 2, List.of(2, 3), List.of(2)),
                partition(2, -1, List.of(3), List.of()));

        assertThat(ReplicasCheck.judge(topic, 2, TOOLS))
                .containsExactly(
                        Finding.error(
                                "topic orders",
                                "1 partition without a leader, which cannot be read or written: 2",
                                "Start the brokers that hold them: 3. See " + DESCRIBE),
                        Finding.warning(
                                "topic orders",
                                "1 partition with fewer replicas in sync than it should have: 1 (1 of 2)",
                                "Find the broker that is down or slow: " + DESCRIBE));
        assertThat(ReplicasCheck.withoutLeader(topic)).containsExactly(2);
    }

    @Test
    void longListsAreCut() {
        TopicPartitionInfo[] offline = IntStream.range(0, 12)
                .mapToObj(number -> partition(number, -1, List.of(1), List.of()))
                .toArray(TopicPartitionInfo[]::new);

        assertThat(ReplicasCheck.judge(topic(offline), 1, TOOLS))
                .extracting(Finding::fact)
                .containsExactly(
                        "12 partitions without a leader, which cannot be read or written: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9"
                                + " and 2 more");
    }

    @Test
    void fewReplicasOnManyBrokers() {
        String remedy =
                "Add replicas with kafka-reassign-partitions.sh; new topics get as many as --replication-factor or the"
                        + " broker's default.replication.factor says.";

        assertThat(ReplicasCheck.judge(topic(partition(0, 1, List.of(1), List.of(1))), 3, TOOLS))
                .containsExactly(Finding.warning(
                        "topic orders",
                        "it has 1 replica, so it is lost with one disk, and unavailable with one broker",
                        remedy));
        assertThat(ReplicasCheck.judge(topic(partition(0, 1, List.of(1, 2), List.of(1, 2))), 3, TOOLS))
                .containsExactly(Finding.note(
                        "topic orders",
                        "it has 2 replicas, so while one broker is down either nothing can be written, or what is written is"
                                + " lost with one more disk",
                        remedy));
        assertThat(ReplicasCheck.judge(topic(partition(0, 1, List.of(1, 2, 3), List.of(1, 2, 3))), 3, TOOLS))
                .containsExactly(Finding.fit("topic orders", "each partition has a leader, and 3 replicas in sync"));
    }

    @Test
    void replicasThatHaveToBeInSync() {
        assertThat(InSyncReplicasCheck.judge("orders", 3, 2, TOOLS))
                .isEqualTo(Finding.fit("topic orders", "min.insync.replicas is 2 of 3 replicas"));
        assertThat(InSyncReplicasCheck.judge("orders", 3, 1, TOOLS))
                .isEqualTo(Finding.warning(
                        "topic orders",
                        "min.insync.replicas is 1 of 3 replicas, so what only the leader has counts as confirmed, and is lost"
                                + " with it",
                        "Run: " + CONFIGS + "min.insync.replicas=2"));
        assertThat(InSyncReplicasCheck.judge("orders", 3, 3, TOOLS))
                .isEqualTo(Finding.warning(
                        "topic orders",
                        "min.insync.replicas is 3 of 3 replicas, so nothing can be written while one broker is down",
                        "Run: " + CONFIGS + "min.insync.replicas=2"));
        assertThat(InSyncReplicasCheck.judge("orders", 2, 2, TOOLS))
                .isEqualTo(Finding.warning(
                        "topic orders",
                        "min.insync.replicas is 2 of 2 replicas, so nothing can be written while one broker is down",
                        "Add a third replica with kafka-reassign-partitions.sh."));
        assertThat(InSyncReplicasCheck.judge("orders", 2, 3, TOOLS))
                .isEqualTo(Finding.error(
                        "topic orders",
                        "min.insync.replicas is 3 of 2 replicas, so nothing can be written",
                        "Run: " + CONFIGS + "min.insync.replicas=1"));
    }

    @Test
    void retentionInBytesKeepsTooLittle() {
        Duration horizon = Duration.ofHours(24);
        var full = new ReplayHorizonCheck.Filled(3, 950, Duration.ofHours(5));

        assertThat(ReplayHorizonCheck.judgeSize("orders", 1_000, Optional.of(full), horizon, TOOLS))
                .isEqualTo(Finding.warning(
                        "topic orders",
                        "retention.bytes is 1000; the largest partition, 3, has 950 bytes, from the last 5h, so a replay of 24h"
                                + " (--replay-horizon) is not possible",
                        "Run: " + CONFIGS + "retention.bytes=-1, and limit the age with retention.ms."));
        assertThat(ReplayHorizonCheck.judgeSize("orders", 2_000, Optional.of(full), horizon, TOOLS)
                        .level())
                .as("half full")
                .isEqualTo(Level.NOTE);
        assertThat(ReplayHorizonCheck.judgeSize("orders", 1_000, Optional.of(full), Duration.ofHours(5), TOOLS)
                        .level())
                .as("enough")
                .isEqualTo(Level.NOTE);
        assertThat(ReplayHorizonCheck.judgeAge("orders", -1, horizon, TOOLS))
                .isEqualTo(Finding.fit("topic orders", "retention.ms is -1: events are kept, however old they are"));
    }

    @Test
    void aSinkThatRunsAndIsSlow() {
        long week = Duration.ofDays(7).toMillis();
        var behind = new SinkProgressCheck.Progress(2, 4_000, Duration.ofMinutes(6));
        String faster =
                "Read its /health/ready, which states what it waits for; if the target is slow, raise --concurrency or"
                        + " start more instances.";

        assertThat(SinkProgressCheck.judge("billing", behind, week))
                .isEqualTo(Finding.warning(
                        "sink billing",
                        "it runs with 2 instances, and is 4000 events behind, the oldest of which is 6m old",
                        faster));
        assertThat(SinkProgressCheck.judge(
                        "billing", behind, Duration.ofMinutes(12).toMillis()))
                .isEqualTo(Finding.error(
                        "sink billing",
                        "it runs with 2 instances, and is 4000 events behind, the oldest of which is 6m old. retention.ms (12m)"
                                + " removes events that it has not consumed",
                        faster + " Raise retention.ms of the topic until it has caught up."));
        assertThat(SinkProgressCheck.judge("billing", behind, -1).level()).isEqualTo(Level.WARNING);
        assertThat(SinkProgressCheck.judge(
                        "billing", new SinkProgressCheck.Progress(1, 1, Duration.ofMinutes(5)), week))
                .isEqualTo(Finding.fit(
                        "sink billing",
                        "it runs with 1 instance, and is 1 event behind, the oldest of which is 5m old"));
    }

    @Test
    void theStateOfASinkWaitsForAnOperator() {
        Gap gap = new Gap(Gap.Cause.RETENTION, new Position(7, 3), new Position(7, 10), 10, new Missing(6, 6));
        Divergence divergence = new Divergence(1, new Missing(6, 6), gap, Instant.parse("2026-11-23T09:30:00Z"), false);
        SinkCounts counts = new SinkCounts(0, 1, List.of(new DivergedQueue("or\nders", 0, divergence)), List.of());

        assertThat(SinkStateCheck.judge("billing", counts, 2, "k:9092"))
                .containsExactly(
                        Finding.error(
                                "sink billing",
                                "1 queue of which events are missing at the sink: or\\u000aders",
                                "Compare the target with the source (`taskqueue status` shows what is missing), then start the"
                                        + " sink with --clear-diverged."),
                        Finding.warning(
                                "sink billing",
                                "2 events are parked",
                                "See taskqueue parked list --bootstrap-server k:9092 --name billing"),
                        Finding.warning(
                                "sink billing",
                                "1 record could not be decoded and is in topic billing.dead",
                                "Check that the sink reads the payloads that the source writes, and name the queues that it is"
                                        + " for with --queue."));
    }

    @Test
    void offsetsThatAreKeptForLessThanAReplayReachesBack() {
        var scope = new ExaminedCluster.Scope("orders", "sources", List.of(), Duration.ofDays(2));

        assertThat(OffsetsRetentionCheck.judge(List.of(), Duration.ofHours(24), scope))
                .isEqualTo(Finding.note(
                        "committed offsets of sinks",
                        "offsets.retention.minutes is 1440 (24h), less than --replay-horizon: then Kafka deletes those of a sink"
                                + " that is stopped. A sink that starts after that reads topic orders from its beginning; it runs"
                                + " no effect again whose result is recorded",
                        "Start the sinks, or set a higher offsets.retention.minutes in server.properties of each broker, and"
                                + " restart them one after another."));
        assertThat(OffsetsRetentionCheck.judge(List.of(), Duration.ofDays(2), scope)
                        .level())
                .isEqualTo(Level.OK);
    }

    @Test
    void commandsThatThisUserMayNotRun() {
        var need = new PermissionsCheck.Need("topic taskqueue.sources", AclOperation.WRITE, "dead retry");

        assertThat(PermissionsCheck.judge(List.of(need)))
                .isEqualTo(Finding.note(
                        "this user",
                        "it may not: Write on topic taskqueue.sources (dead retry)",
                        "Where it needs these commands, grant the ACLs of docs/security.md."));
    }

    @Test
    void theExitCodeIsThatOfTheMostSevereFinding() {
        Finding ok = Finding.fit("a", "b");
        Finding note = Finding.note("a", "b", "c");
        Finding unknown = Finding.unknown("a", "b", "c");
        Finding warning = Finding.warning("a", "b", "c");
        Finding error = Finding.error("a", "b", "c");

        assertThat(exitCode()).isZero();
        assertThat(exitCode(ok, note)).isZero();
        assertThat(exitCode(ok, unknown)).isEqualTo(5);
        assertThat(exitCode(warning, note)).isEqualTo(5);
        assertThat(exitCode(warning, error, unknown)).isEqualTo(1);
    }

    @Test
    void aDeviationIsANoteAWarningOrAnError() {
        assertThatThrownBy(() -> new Finding.Deviation(Level.OK, "a", "b", "c"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A deviation is a note, a warning or an error, but this one of a is OK.");
    }

    private static int exitCode(Finding... findings) {
        return new DoctorReport(List.of(findings).stream()
                        .map(finding -> new Examination.Found("check", finding))
                        .toList())
                .exitCode();
    }

    private static TopicDescription topic(TopicPartitionInfo... partitions) {
        return new TopicDescription("orders", false, List.of(partitions));
    }

    private static TopicPartitionInfo partition(int number, int leader, List<Integer> replicas, List<Integer> inSync) {
        return new TopicPartitionInfo(number, leader < 0 ? null : node(leader), nodes(replicas), nodes(inSync));
    }

    private static List<Node> nodes(List<Integer> ids) {
        return ids.stream().map(JudgedFactsTest::node).toList();
    }

    private static Node node(int id) {
        return new Node(id, "kafka-" + id, 9092);
    }
}
