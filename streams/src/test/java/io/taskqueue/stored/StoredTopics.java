package io.taskqueue.stored;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskqueue.kafka.TopicReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * The topics of a cluster in a file, one JSON object a line: topics, then records in the order of their offsets, then committed offsets.
 *
 * <pre>
 *   {"topic":…, "id":…, "cleanup":…}
 *   {"to":topic, "time":…, "key":base64, "value":base64, "headers":{name:text}}       without key or value where there is none
 *   {"group":…, "of":topic, "offset":…, "metadata":…}
 * </pre>
 *
 * <p>All topics have one partition. A topic that is created again has another id, which state contains; restoring replaces it. Offsets are
 * kept where no transaction wrote the topic, which is so for the topics whose offsets mean something: events and registry.
 */
final class StoredTopics {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, Object> kafka;

    StoredTopics(String bootstrapServers) {
        this.kafka = Map.of("bootstrap.servers", bootstrapServers);
    }

    /** Writes all topics but Kafka's own, and the committed offsets of a group. */
    void write(String group, Path file) throws Exception {
        List<String> lines = new ArrayList<>();
        try (Admin admin = Admin.create(kafka);
                TopicReader reader = TopicReader.open(kafka, IsolationLevel.READ_COMMITTED, PATIENCE)) {
            List<String> topics = admin.listTopics().names().get(30, TimeUnit.SECONDS).stream()
                    .sorted()
                    .toList();
            for (TopicDescription topic : admin.describeTopics(topics)
                    .allTopicNames()
                    .get(30, TimeUnit.SECONDS)
                    .values()) {
                lines.add(JSON.createObjectNode()
                        .put("topic", topic.name())
                        .put("id", topic.topicId().toString())
                        .put("cleanup", StoredScenario.cleanup(topic.name()))
                        .toString());
            }
            for (String topic : topics) {
                reader.readToEnd(reader.beginnings(reader.partitions(topic)), record -> {
                    if (!StoredScenario.leftOut(record)) {
                        lines.add(line(record));
                    }
                });
            }
            admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get(30, TimeUnit.SECONDS)
                    .forEach((partition, committed) -> lines.add(JSON.createObjectNode()
                            .put("group", group)
                            .put("of", partition.topic())
                            .put("offset", committed.offset())
                            .put("metadata", committed.metadata())
                            .toString()));
        }
        Files.createDirectories(file.getParent());
        Files.write(file, lines);
    }

    private static String line(ConsumerRecord<byte[], byte[]> record) {
        ObjectNode line = JSON.createObjectNode().put("to", record.topic()).put("time", record.timestamp());
        if (record.key() != null) {
            line.put("key", record.key());
        }
        if (record.value() != null) {
            line.put("value", record.value());
        }
        ObjectNode headers = line.putObject("headers");
        record.headers().forEach(header -> headers.put(header.key(), new String(header.value(), UTF_8)));
        return line.toString();
    }

    /** Creates the topics and writes their records and the committed offsets. */
    void restore(Path file) throws Exception {
        Map<Uuid, Uuid> ids = new HashMap<>();
        try (Admin admin = Admin.create(kafka);
                KafkaProducer<byte[], byte[]> producer =
                        new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (String text : Files.readAllLines(file)) {
                JsonNode line = JSON.readTree(text);
                if (line.has("topic")) {
                    ids.put(Uuid.fromString(line.path("id").asText()), create(admin, line));
                } else if (line.has("to")) {
                    producer.send(record(line, ids)).get(30, TimeUnit.SECONDS);
                } else {
                    admin.alterConsumerGroupOffsets(
                                    line.path("group").asText(),
                                    Map.of(
                                            new TopicPartition(line.path("of").asText(), 0),
                                            new OffsetAndMetadata(
                                                    line.path("offset").asLong(),
                                                    line.path("metadata").asText())))
                            .all()
                            .get(30, TimeUnit.SECONDS);
                }
            }
        }
    }

    private static Uuid create(Admin admin, JsonNode line) throws Exception {
        String name = line.path("topic").asText();
        var created = admin.createTopics(List.of(new NewTopic(name, 1, (short) 1)
                .configs(Map.of(
                        "cleanup.policy",
                        line.path("cleanup").asText(),
                        "retention.ms", // the records are as old as the version
                        "-1"))));
        Awaitility.await()
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> admin.describeTopics(List.of(name))
                                .allTopicNames()
                                .get(30, TimeUnit.SECONDS)
                                .get(name)
                                .partitions()
                                .get(0)
                                .leader()
                        != null);
        return created.topicId(name).get(30, TimeUnit.SECONDS);
    }

    private static ProducerRecord<byte[], byte[]> record(JsonNode line, Map<Uuid, Uuid> ids) throws IOException {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                line.path("to").asText(),
                0,
                line.path("time").asLong(),
                withIds(line.get("key"), ids),
                withIds(line.get("value"), ids));
        line.path("headers").properties().forEach(header -> record.headers()
                .add(header.getKey(), header.getValue().asText().getBytes(UTF_8)));
        return record;
    }

    /** The bytes of a text in base64, with the ids of the topics that exist now, as bytes and as texts. */
    private static byte @Nullable [] withIds(@Nullable JsonNode base64, Map<Uuid, Uuid> ids) {
        if (base64 == null) {
            return null;
        }
        String bytes = new String(Base64.getDecoder().decode(base64.asText()), ISO_8859_1);
        for (Map.Entry<Uuid, Uuid> id : ids.entrySet()) {
            bytes = bytes.replace(binary(id.getKey()), binary(id.getValue()))
                    .replace(id.getKey().toString(), id.getValue().toString());
        }
        return bytes.getBytes(ISO_8859_1);
    }

    private static String binary(Uuid id) {
        return new String(
                ByteBuffer.allocate(16)
                        .putLong(id.getMostSignificantBits())
                        .putLong(id.getLeastSignificantBits())
                        .array(),
                ISO_8859_1);
    }
}
