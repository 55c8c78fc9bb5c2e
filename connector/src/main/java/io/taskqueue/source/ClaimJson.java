package io.taskqueue.source;

import com.fasterxml.jackson.core.JsonProcessingException;
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

    private static final ObjectMapper JSON = new ObjectMapper();

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
            throw new IllegalStateException("A claim of queue " + claim.queueName() + " cannot be written.", e);
        }
    }

    /**
     * The claim that a registry record holds.
     *
     * @throws IllegalArgumentException if it holds none; it says why
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
                    "The record at offset " + record.offset() + " of topic " + record.topic() + " is no claim: "
                            + e.getMessage() + ". Something else writes to the registry; name another registryTopic.",
                    e);
        }
    }

    /** A claim by a record that cannot be read: all that is known is that someone newer claimed the queue. */
    static Claim unreadable(String queueName, ConsumerRecord<byte[], byte[]> record) {
        return new Claim(
                queueName,
                record.offset(),
                new UUID(0, 0),
                "unknown (its claim cannot be read)",
                Instant.ofEpochMilli(record.timestamp()),
                Optional.empty());
    }
}
