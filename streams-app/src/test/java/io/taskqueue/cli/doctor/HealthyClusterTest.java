package io.taskqueue.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.cli.CommandRun;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.streams.SinkService;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a cluster of one broker, as the commands create its topics, there is nothing to do but to use more brokers. */
class HealthyClusterTest {

    @TempDir
    Path directory;

    @Test
    void everyCheckIsFit() throws Exception {
        try (EmbeddedKafka broker = EmbeddedKafka.start(directory.resolve("broker"), 0);
                TaskQueue<String> queue = TaskQueue.<String>builder("orders").build();
                ReplicationSource<String> source = ReplicationSource.builder(queue, PayloadCodec.utf8())
                        .kafka(Map.of("bootstrap.servers", broker.bootstrapServers()))
                        .partitions(2)
                        .markInterval(Duration.ofMillis(100))
                        .start()) {
            queue.enqueue("order");
            source.replicated().get(30, TimeUnit.SECONDS);
            try (SinkService sink = SinkService.builder(
                            "billing", (event, effects) -> effects.run("note", key -> {}), PayloadCodec.utf8())
                    .kafka(Map.of("bootstrap.servers", broker.bootstrapServers()))
                    .stateDirectory(directory.resolve("state"))
                    .start()) {
                assertThat(sink.status().failure()).isEmpty();
                Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertFit(broker));
            }
        }
    }

    private static void assertFit(EmbeddedKafka broker) {
        CommandRun run = CommandRun.of("doctor", "--bootstrap-server", broker.bootstrapServers());

        assertThat(run.err()).isEmpty();
        assertThat(run.out().replaceAll("is \\d+s old", "is 0s old"))
                .isEqualTo(
                        """
                        ok       brokers: these answer here: 1 (Kafka 4.3).
                        note     brokers: the cluster has 1 broker, so every topic has 1 replica, and its events are lost with that broker's disk.
                                 In production use at least 3 brokers, topics with 3 replicas, and min.insync.replicas=2.
                        ok       settings of the brokers: transaction.state.log.replication.factor and .min.isr, transactional.id.expiration.ms, transaction.max.timeout.ms, transaction.partition.verification.enable and unclean.leader.election.enable are as sinks need them.
                        ok       clocks: the clock of this machine and that of the active controller (node 1) differ by less than 5s.
                        ok       topic __transaction_state: each partition has a leader, and 1 replica in sync.
                        ok       topic __consumer_offsets: each partition has a leader, and 1 replica in sync.
                        ok       topic taskqueue.events: it has 2 partitions.
                        ok       topic taskqueue.events: cleanup.policy=delete, unclean.leader.election.enable=false, message.timestamp.type=CreateTime, message.timestamp.before.max.ms=9223372036854775807.
                        ok       topic taskqueue.events: each partition has a leader, and 1 replica in sync.
                        ok       topic taskqueue.events: min.insync.replicas is 1 of 1 replica.
                        ok       topic taskqueue.events: max.message.bytes is 1048588, and max.request.size of a producer with these properties is 1048576.
                        ok       topic taskqueue.events: retention.ms is 604800000 (168h), and a replay of 168h is possible.
                        ok       topic taskqueue.events: no transaction holds readers back.
                        ok       topic taskqueue.sources: it has 1 partition.
                        ok       topic taskqueue.sources: cleanup.policy=compact, unclean.leader.election.enable=false.
                        ok       topic taskqueue.sources: each partition has a leader, and 1 replica in sync.
                        ok       topic taskqueue.sources: min.insync.replicas is 1 of 1 replica.
                        ok       live tasks on topic taskqueue.events: 1 queue with live tasks; the oldest event of one is 0s old, of queue orders.
                        ok       topics of sink billing: all of them exist; 2 partitions as the event topic, and room for its records.
                        ok       topic billing-results-changelog: each partition has a leader, and 1 replica in sync.
                        ok       topic billing-results-changelog: min.insync.replicas is 1 of 1 replica.
                        ok       topic billing-state-changelog: each partition has a leader, and 1 replica in sync.
                        ok       topic billing-state-changelog: min.insync.replicas is 1 of 1 replica.
                        ok       sink billing: it runs with 1 instance, and has consumed every event.
                        ok       sink billing: nothing is parked, diverged or undecodable; 0 events in flight.
                        ok       committed offsets of sinks: offsets.retention.minutes is 10080 (168h); no sink is stopped.
                        ok       this user: it may run every command of operators, with each of these sinks.
                        Found: 26 ok, 1 note, 0 unknown, 0 warning, 0 error.
                        """);
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
    }
}
