package io.taskqueue.source.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskqueue.serde.BoundedJson;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.UUID;

/** The bytes of a claim; see {@link Claim} for the format. */
final class ClaimJson {

    private ClaimJson() {}

    static byte[] value(Claim claim) {
        ObjectNode json = BoundedJson.object()
                .put("queueName", claim.queueName())
                .put("instanceId", claim.instanceId().toString())
                .put("sourcePeerId", claim.sourcePeerId())
                .put("claimedAt", claim.claimedAt().toString());
        claim.home().ifPresent(home -> json.put("topic", home.topic()).put("partitions", home.partitions()));
        return BoundedJson.bytes(json);
    }

    /**
     * The claim that a registry record holds.
     *
     * @throws IllegalArgumentException if it holds none; the message states why
     */
    static Claim read(RegistryRecord record, String registry) {
        try {
            JsonNode json = BoundedJson.read(record.value() == null ? new byte[0] : record.value());
            String topic = json.path("topic").asText("");
            return new Claim(
                    record.key().queueName(),
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
                    "The record at offset " + record.offset() + " of topic " + registry + " is not a claim: "
                            + e.getMessage() + ". Something else writes to the registry; name another registryTopic.",
                    e);
        }
    }

    /** The claim of a record that cannot be decoded: all that is known is that a newer source claimed the queue. */
    static Claim unreadable(RegistryRecord record) {
        return new Claim(
                record.key().queueName(),
                record.offset(),
                new UUID(0, 0),
                "unknown (its claim cannot be decoded)",
                record.writtenAt(),
                Optional.empty());
    }
}
