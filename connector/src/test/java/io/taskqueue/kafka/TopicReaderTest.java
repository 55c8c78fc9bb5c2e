package io.taskqueue.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.logging.CapturedLog;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class TopicReaderTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private static EmbeddedKafka broker;

    @BeforeAll
    static void startBroker(@TempDir Path directory) throws Exception {
        broker = EmbeddedKafka.start(directory, 0);
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @Test
    void propertiesOfReadingCannotBeOverriddenAndOthersReachTheConsumer() {
        Map<String, Object> properties = TopicReader.consumerProperties(
                Map.of(
                        "sasl.mechanism", "PLAIN",
                        "consumer.client.id", "reader",
                        "consumer.group.id", "g",
                        "producer.acks", "all",
                        "enable.auto.commit", "true"),
                IsolationLevel.READ_COMMITTED);

        assertThat(properties)
                .containsEntry("sasl.mechanism", "PLAIN")
                .containsEntry("client.id", "reader")
                .containsEntry("isolation.level", "read_committed")
                .containsEntry("enable.auto.commit", "false")
                .doesNotContainKey("group.id")
                .doesNotContainKey("acks");
    }

    @Test
    void readsEveryPartitionToItsEnd() throws Exception {
        create("two", 2);
        send("two", 0, "a", "b");
        send("two", 1, "c");
        try (TopicReader reader = reader(IsolationLevel.READ_COMMITTED)) {
            List<TopicPartition> partitions = reader.partitions("two");

            assertThat(partitions).containsExactly(new TopicPartition("two", 0), new TopicPartition("two", 1));
            assertThat(read(reader, reader.beginnings(partitions))).containsExactlyInAnyOrder("a", "b", "c");
            assertThat(read(reader, reader.beforeEnd(partitions, 1))).containsExactlyInAnyOrder("b", "c");
            assertThat(reader.position(partitions.get(0))).isEqualTo(2);
        }
    }

    @Test
    void readerThatHasFoundFirstRecordsReadsThosePartitionsAgain() throws Exception {
        create("again", 1);
        TopicPartition partition = new TopicPartition("again", 0);
        send("again", 0, "a", "b");
        Map<TopicPartition, Long> end = Map.of(partition, 2L);
        try (TopicReader reader =
                TopicReader.open(withKafka(Map.of()), IsolationLevel.READ_COMMITTED, Duration.ofSeconds(2))) {
            for (long from : new long[] {0, 1, 0}) {
                assertThat(reader.first(Map.of(partition, from), end)
                                .get(partition)
                                .offset())
                        .isEqualTo(from);
            }
            assertThat(read(reader, Map.of(partition, 0L))).containsExactly("a", "b");
        }
    }

    @Test
    void readsOnFromWhereItStands() throws Exception {
        create("growing", 1);
        TopicPartition partition = new TopicPartition("growing", 0);
        send("growing", 0, "a");
        try (TopicReader reader = reader(IsolationLevel.READ_UNCOMMITTED)) {
            assertThat(read(reader, Map.of(partition, 0L))).containsExactly("a");
            send("growing", 0, "b");

            List<String> values = new ArrayList<>();
            reader.readTo(reader.ends(List.of(partition)), record -> values.add(text(record.value())));

            assertThat(values).containsExactly("b");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void clientLogsNoWarningOfOffsetsThatAreRequested(String protocol) throws Exception {
        String topic = "requested-" + protocol;
        create(topic, 3);
        send(topic, 0, "a", "b");
        try (CapturedLog log = CapturedLog.warningsOfKafkaClients();
                TopicReader reader = TopicReader.open(
                        withKafka(Map.of("consumer.group.protocol", protocol)),
                        IsolationLevel.READ_COMMITTED,
                        TIMEOUT)) {
            List<TopicPartition> partitions = reader.partitions(topic);

            assertThat(reader.beginnings(partitions).values()).containsOnly(0L);
            assertThat(reader.ends(partitions)).containsEntry(partitions.get(0), 2L);
            assertThat(read(reader, reader.beforeEnd(partitions.subList(0, 1), 1)))
                    .containsExactly("b");
            assertThat(reader.ends(partitions.subList(1, 3)).values()).containsOnly(0L);
            assertThat(read(reader, Map.of(partitions.get(0), 0L))).containsExactly("a", "b");

            assertThat(log.lines()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void requestForOffsetsOfOtherPartitionsChangesNothingForThoseThatAreRead(String protocol) throws Exception {
        String topic = "beside-" + protocol;
        create(topic, 2);
        TopicPartition read = new TopicPartition(topic, 0);
        TopicPartition other = new TopicPartition(topic, 1);
        send(topic, 0, "a", "b", "c");
        send(topic, 1, "x");
        try (TopicReader reader = TopicReader.open(
                withKafka(Map.of("consumer.group.protocol", protocol, "consumer.max.poll.records", "1")),
                IsolationLevel.READ_COMMITTED,
                TIMEOUT)) {
            List<String> values = new ArrayList<>();
            reader.seek(Map.of(read, 0L));
            reader.readTo(Map.of(read, 1L), record -> values.add(text(record.value())));

            assertThat(reader.ends(List.of(other))).isEqualTo(Map.of(other, 1L));
            assertThat(reader.position(read)).isEqualTo(1);
            reader.readTo(Map.of(read, 3L), record -> {
                values.add(text(record.value()));
                assertThat(reader.beginnings(List.of(other))).isEqualTo(Map.of(other, 0L));
            });

            assertThat(values).as("of the partition that is read").containsExactly("a", "b", "c");
            assertThatThrownBy(() -> reader.position(other)).isInstanceOf(IllegalStateException.class);
            assertThat(read(reader, Map.of(other, 0L))).containsExactly("x");
        }
    }

    @Test
    void partitionsThatWereFoundFirstRecordsOfAreReadAgainAfterARequestForOffsets() throws Exception {
        create("paused", 2);
        TopicPartition zero = new TopicPartition("paused", 0);
        TopicPartition one = new TopicPartition("paused", 1);
        send("paused", 0, "a", "b");
        send("paused", 1, "x");
        try (TopicReader reader =
                TopicReader.open(withKafka(Map.of()), IsolationLevel.READ_COMMITTED, Duration.ofSeconds(5))) {
            assertThat(reader.first(Map.of(zero, 0L), Map.of(zero, 2L))).containsOnlyKeys(zero); // paused now
            Map<TopicPartition, Long> ends = reader.ends(List.of(zero, one));

            assertThat(ends).isEqualTo(Map.of(zero, 2L, one, 1L));
            assertThat(read(reader, Map.of(zero, 1L))).containsExactly("b");
            assertThat(read(reader, Map.of(zero, 0L, one, 0L))).containsExactlyInAnyOrder("a", "b", "x");
        }
    }

    @Test
    void committedReadingSkipsAbortedRecordsAndEndsBehindTheirMarkers() throws Exception {
        create("transactions", 1);
        try (var producer = new KafkaProducer<>(
                withKafka(Map.of("transactional.id", "t")), new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(record("transactions", 0, "aborted")).get(20, TimeUnit.SECONDS);
            producer.abortTransaction();
            producer.beginTransaction();
            producer.send(record("transactions", 0, "committed")).get(20, TimeUnit.SECONDS);
            producer.commitTransaction();
        }
        Map<TopicPartition, Long> start = Map.of(new TopicPartition("transactions", 0), 0L);

        try (TopicReader committed = reader(IsolationLevel.READ_COMMITTED);
                TopicReader all = reader(IsolationLevel.READ_UNCOMMITTED)) {
            assertThat(read(committed, start)).containsExactly("committed");
            assertThat(read(all, start)).containsExactly("aborted", "committed");
        }
    }

    @Test
    void missingTopicHasNoPartitions() throws Exception {
        try (TopicReader reader = reader(IsolationLevel.READ_COMMITTED)) {
            assertThat(reader.partitions("missing")).isEmpty();
            assertThat(read(reader, Map.of())).isEmpty();
        }
    }

    @Test
    void readingWithoutProgressEndsAfterTheTimeout() throws Exception {
        create("short", 1);
        TopicPartition partition = new TopicPartition("short", 0);
        try (TopicReader reader =
                TopicReader.open(withKafka(Map.of()), IsolationLevel.READ_COMMITTED, Duration.ofSeconds(1))) {
            reader.seek(Map.of(partition, 0L));

            assertThatThrownBy(() -> reader.readTo(Map.of(partition, 5L), record -> {}))
                    .isInstanceOf(TimeoutException.class)
                    .hasMessage(
                            "No record came within 1000 ms from [short-0], read up to offsets [0] but not to the end"
                                    + " {short-0=5}; check that the leaders of these partitions can be reached");
        }
    }

    @Test
    void adminDescribesCreatesAndWaitsForTopics() throws Exception {
        try (TopicAdmin admin = TopicAdmin.open(withKafka(Map.of()), TIMEOUT)) {
            assertThat(admin.describe("new")).isEmpty();
            assertThat(admin.awaitExistence("new", Duration.ofMillis(1))).isEmpty();

            assertThat(admin.create(new NewTopic("new", 3, (short) 1))).isTrue();
            assertThat(admin.create(new NewTopic("new", 3, (short) 1))).isFalse();

            assertThat(admin.awaitReady("new", 3)).isEqualTo(3);
            List<TopicPartition> partitions =
                    TopicAdmin.partitions(admin.awaitExistence("new", TIMEOUT).orElseThrow());
            assertThat(partitions).hasSize(3);
            assertThat(admin.offsets(partitions, OffsetSpec.earliest()).values())
                    .containsOnly(0L);
            assertThat(TopicAdmin.maxMessageBytes(admin.config("new"))).isEqualTo(TopicAdmin.DEFAULT_MAX_MESSAGE_BYTES);
        }
    }

    @Test
    void requestIsRepeatedWhileItsErrorIsRetriable() throws Exception {
        KafkaRequests requests = new KafkaRequests(Duration.ofMillis(100));
        List<Integer> attempts = new ArrayList<>();

        assertThat(requests.retry(() -> {
                    attempts.add(1);
                    if (attempts.size() < 3) {
                        throw new UnknownTopicOrPartitionException("not yet");
                    }
                    return "known";
                }))
                .isEqualTo("known");
        assertThatThrownBy(() -> requests.retry(() -> {
                    throw new UnknownTopicOrPartitionException("never");
                }))
                .hasMessage("never");
        assertThatThrownBy(() -> requests.retry(() -> {
                    attempts.add(1);
                    throw new TopicAuthorizationException("refused");
                }))
                .isInstanceOf(TopicAuthorizationException.class);
        assertThat(attempts).hasSize(4);
    }

    @Test
    void answerIsTheClientsErrorOrATimeout() {
        KafkaRequests requests = new KafkaRequests(Duration.ofMillis(10));

        assertThatThrownBy(() -> requests.await(new CompletableFuture<>(), "describe topic t"))
                .isInstanceOf(TimeoutException.class)
                .hasMessage("No answer within 10 ms to the request to describe topic t");
        assertThatThrownBy(() -> requests.await(
                        CompletableFuture.failedFuture(new TopicAuthorizationException("refused")), "describe topic t"))
                .isInstanceOf(TopicAuthorizationException.class);
        assertThatThrownBy(() -> requests.await(
                        CompletableFuture.failedFuture(new IllegalStateException("closed")), "describe topic t"))
                .isInstanceOf(KafkaException.class)
                .hasMessage("Could not describe topic t")
                .hasRootCauseMessage("closed");
    }

    private static void create(String topic, int partitions) throws Exception {
        try (TopicAdmin admin = TopicAdmin.open(withKafka(Map.of()), TIMEOUT)) {
            admin.create(new NewTopic(topic, partitions, (short) 1));
            admin.awaitReady(topic, partitions);
        }
    }

    private static void send(String topic, int partition, String... values) throws Exception {
        try (var producer =
                new KafkaProducer<>(withKafka(Map.of()), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (String value : values) {
                producer.send(record(topic, partition, value)).get(20, TimeUnit.SECONDS);
            }
        }
    }

    private static ProducerRecord<byte[], byte[]> record(String topic, int partition, String value) {
        return new ProducerRecord<>(topic, partition, null, value.getBytes(StandardCharsets.UTF_8));
    }

    private static TopicReader reader(IsolationLevel isolation) {
        return TopicReader.open(withKafka(Map.of("consumer.group.id", "ignored")), isolation, TIMEOUT);
    }

    private static List<String> read(TopicReader reader, Map<TopicPartition, Long> from) {
        List<String> values = new ArrayList<>();
        reader.readToEnd(from, record -> values.add(text(record.value())));
        return values;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static Map<String, Object> withKafka(Map<String, Object> more) {
        Map<String, Object> all = new HashMap<>(more);
        all.put("bootstrap.servers", broker.bootstrapServers());
        return all;
    }
}
