package io.taskqueue.cli.sink;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskqueue.cli.CommandRun;
import io.taskqueue.cli.TestTopics;
import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Transactions of other producers on the event topic, in partitions with and without a queue: a sink is as far as it can read. */
@Timeout(180)
class TransactionsOfOthersTest {

    private static final String EVENTS = ReplicationSource.DEFAULT_TOPIC;
    private static final int WITH_QUEUE = Math.floorMod("a".hashCode(), 3);
    private static final int WITHOUT_QUEUE = (WITH_QUEUE + 1) % 3;

    @TempDir
    private static Path directory;

    private static EmbeddedKafka broker;
    private static String server;

    @BeforeAll
    static void start() throws Exception {
        broker = EmbeddedKafka.start(directory.resolve("kafka"), 0);
        server = broker.bootstrapServers();
        TestTopics.create(server, 3);
        enqueue();
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    void abortedTransactionsDoNotHoldUpASink() throws Exception {
        try (KafkaProducer<byte[], byte[]> other = transactional()) {
            other.beginTransaction();
            for (int partition = 0; partition < 3; partition++) {
                var unused = other.send(new ProducerRecord<>(EVENTS, partition, null, new byte[10]));
            }
            other.flush();
            other.abortTransaction();
        }

        CommandRun sink = sink("settled", "500ms");

        assertThat(sink.exitCode()).as(sink.err()).isZero();
        assertThat(sink.json().get("applied").asLong()).isPositive();
        JsonNode status = status("settled");
        assertThat(status.get("sinks").get(0).get("events").asLong()).isZero();
        assertThat(status.get("openTransactions")).isEmpty();
    }

    @Test
    void openTransactionIsReportedAndWhatLiesBehindItIsNotWaitedFor() throws Exception {
        try (KafkaProducer<byte[], byte[]> other = transactional()) {
            other.beginTransaction();
            other.send(new ProducerRecord<>(EVENTS, WITH_QUEUE, null, new byte[10]))
                    .get(30, TimeUnit.SECONDS);
            other.send(new ProducerRecord<>(EVENTS, WITHOUT_QUEUE, null, new byte[10]))
                    .get(30, TimeUnit.SECONDS);
            enqueue();

            CommandRun sink = sink("held", "500ms");

            assertThat(sink.exitCode()).as(sink.err()).isZero();
            assertThat(sink.err())
                    .containsPattern("Not applied: partition " + WITH_QUEUE + " of topic " + EVENTS
                            + " cannot be read from offset \\d+ to its end \\d+, because a transaction is open there \\(producer \\d+,"
                            + " epoch \\d+, last write \\S+Z\\)\\. End its producer, or abort it: kafka-transactions\\.sh abort --topic "
                            + EVENTS + " --partition " + WITH_QUEUE + " --start-offset \\d+\\.");
            assertThat(status("held").get("sinks").get(0).get("events").asLong())
                    .isZero();
            // a transaction that was written to a moment ago is not reported: it is about to end
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofSeconds(2))
                    .untilAsserted(() -> {
                        JsonNode open = status("held").get("openTransactions");
                        assertThat(open).hasSize(2);
                        assertThat(open.get(0).get("producerId").asLong()).isNotNegative();
                        assertThat(open.findValuesAsText("partition"))
                                .containsExactlyInAnyOrder(String.valueOf(WITH_QUEUE), String.valueOf(WITHOUT_QUEUE));
                    });
            other.abortTransaction();
        }
        assertThat(sink("held", "500ms").json().get("applied").asLong()).isPositive();
    }

    private static void enqueue() throws Exception {
        try (var queue = TaskQueue.<String>builder("a").build();
                var source = ReplicationSource.builder(queue, PayloadCodec.utf8())
                        .kafka(Map.of("bootstrap.servers", server))
                        .start()) {
            queue.enqueue("task");
            source.replicated().get(30, TimeUnit.SECONDS);
        }
    }

    private static KafkaProducer<byte[], byte[]> transactional() {
        KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        server,
                        "transactional.id",
                        UUID.randomUUID().toString()),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        producer.initTransactions();
        return producer;
    }

    private static CommandRun sink(String name, String idle) {
        return CommandRun.of(
                "sink",
                "--bootstrap-server",
                server,
                "--name",
                name,
                "--sink",
                "log",
                "--state-dir",
                directory.resolve(name).toString(),
                "--until-idle",
                idle,
                "--output",
                "json");
    }

    private static JsonNode status(String name) {
        CommandRun status = CommandRun.of("status", "--bootstrap-server", server, "--name", name, "--output", "json");
        assertThat(status.exitCode()).as(status.err()).isZero();
        return status.json();
    }
}
