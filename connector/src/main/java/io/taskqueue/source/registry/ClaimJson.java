package io.taskqueue.source.registry;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The bytes of a claim; see {@link Claim} for the format. */
final class ClaimJson {

    /** Claims are small and flat; the limits are for records that something else wrote. */
    private static final ObjectMapper JSON = new ObjectMapper(new JsonFactoryBuilder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(32)
                    .maxNumberLength(100)
                    .maxNameLength(1_024)
                    .maxStringLength(1024 * 1024)
                    .build())
            .build());

    private ClaimJson() {}

    static byte[] key(String queueName) {
        return queueName.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] value(Claim claim) {
        ObjectNode json = JSON.createObjectNode()
                .put("queueName", claim.queueName())
                .put("instanceId", claim.instanceId().toString())
                .put("sourcePeerId", claim.sourcePeerId())
                .put("claimedAt", claim.claimedAt().toString());
        claim.home().ifPresent(home -> json.put("topic", home.topic()).put("partitions", home.partitions()));
        try {
            return JSON.writeValueAsBytes(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(
                    "A claim of queue " + claim.queueName() + " cannot be encoded. This is a defect.", e);
        }
    }

    /**
     * The claim that a registry record holds.
     *
     * @throws IllegalArgumentException if it holds none; the message states why
     */
    static Claim read(ConsumerRecord<byte[], byte[]> record) {
        try {
            JsonNode json = JSON.readTree(record.value());
            String topic = json.path("topic").asText("");
            return new Claim(
                    new String(record.key(), StandardCharsets.UTF_8),
                    record.offset(),
                    UUID.fromString(json.path("instanceId").asText()),
                    json.path("sourcePeerId").asText(),
                    OffsetDateTime.parse(json.path("claimedAt").asText()).toInstant(),
                    topic.isEmpty()
                            ? Optional.empty()
                            : Optional.of(new Claim.Home(
                                    topic, json.path("partitions").asInt())));
        } catch (IOException | DateTimeException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "The record at offset " + record.offset() + " of topic " + record.topic() + " is not a claim: "
                            + e.getMessage() + ". Something else writes to the registry; name another registryTopic.",
                    e);
        }
    }

    /** The claim of a record that cannot be decoded: all that is known is that a newer source claimed the queue. */
    static Claim unreadable(String queueName, ConsumerRecord<byte[], byte[]> record) {
        return new Claim(
                queueName,
                record.offset(),
                new UUID(0, 0),
                "unknown (its claim cannot be decoded)",
                Instant.ofEpochMilli(record.timestamp()),
                Optional.empty());
    }
}
