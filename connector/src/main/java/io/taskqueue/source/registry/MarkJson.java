package io.taskqueue.source.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskqueue.event.Position;
import io.taskqueue.serde.BoundedJson;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.apache.kafka.common.Uuid;

/** The bytes of a low-water mark; see {@link LowWaterMark} for the format. */
final class MarkJson {

    private MarkJson() {}

    static byte[] value(LowWaterMark mark) {
        ObjectNode json = BoundedJson.object()
                .put("queueName", mark.queueName())
                .put("epoch", mark.epoch())
                .put("topic", mark.place().topic())
                .put("topicId", mark.place().topicId().toString())
                .put("partition", mark.place().partition())
                .put("offset", mark.offset())
                .put("position", mark.position().toString())
                .put("live", mark.live().tasks())
                .put("upTo", mark.live().upTo().toString());
        mark.live().lastKey().ifPresent(key -> json.put("lastKey", key));
        return BoundedJson.bytes(json.put("at", mark.at().toString()));
    }

    /**
     * The mark that a registry record holds.
     *
     * @throws IllegalArgumentException if it holds none; the message states why
     */
    static LowWaterMark read(RegistryRecord record, String registry) {
        try {
            JsonNode json = BoundedJson.read(record.value() == null ? new byte[0] : record.value());
            JsonNode lastKey = json.path("lastKey");
            return new LowWaterMark(
                    record.key().queueName(),
                    number(json, "epoch"),
                    new LowWaterMark.Place(
                            text(json, "topic"),
                            Uuid.fromString(text(json, "topicId")),
                            Math.toIntExact(number(json, "partition"))),
                    number(json, "offset"),
                    position(json, "position"),
                    new LowWaterMark.Live(
                            number(json, "live"),
                            position(json, "upTo"),
                            lastKey.isTextual() ? Optional.of(lastKey.asText()) : Optional.empty()),
                    OffsetDateTime.parse(text(json, "at")).toInstant());
        } catch (IOException | DateTimeException | ArithmeticException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "The record at offset " + record.offset() + " of topic " + registry
                            + " is not the low-water mark of queue "
                            + record.key().queueName() + ": "
                            + e.getMessage() + ". It is ignored, so a recovery of the queue reads its whole partition.",
                    e);
        }
    }

    private static Position position(JsonNode json, String field) {
        return Position.parse(text(json, field))
                .orElseThrow(() -> new IllegalArgumentException("its field " + field + " is not a position"));
    }

    private static long number(JsonNode json, String field) {
        if (!json.path(field).canConvertToLong()) {
            throw new IllegalArgumentException("it has no number " + field);
        }
        return json.path(field).asLong();
    }

    private static String text(JsonNode json, String field) {
        if (!json.path(field).isTextual()) {
            throw new IllegalArgumentException("it has no text " + field);
        }
        return json.path(field).asText();
    }
}
