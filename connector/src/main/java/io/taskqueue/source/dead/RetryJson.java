package io.taskqueue.source.dead;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskqueue.event.Position;
import io.taskqueue.event.TaskId;
import io.taskqueue.serde.BoundedJson;
import io.taskqueue.source.dead.RetryOrder.OrderedTask;
import io.taskqueue.source.dead.RetryResult.Refused;
import io.taskqueue.source.dead.RetryResult.Restored;
import io.taskqueue.source.dead.RetryResult.TaskOutcome;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The bytes of orders and their results; see {@link RetryOrder} and {@link RetryResult} for the formats. */
final class RetryJson {

    private static final Pattern TASK = Pattern.compile("(?s)(.+)/(\\d{1,18})/(\\d{1,18})");

    private RetryJson() {}

    static byte[] of(RetryOrder order) {
        ObjectNode json = header(order.id(), order.queueName())
                .put("topic", order.readUpTo().topic())
                .put("partition", order.readUpTo().partition())
                .put("offset", order.readUpTo().offset())
                .put("position", order.readUpTo().position().toString())
                .put("orderedBy", order.by())
                .put("orderedAt", order.at().toString());
        ArrayNode tasks = json.putArray("tasks");
        order.tasks().forEach(task -> tasks.addObject()
                .put("task", task.task().toString())
                .put("position", task.position().toString())
                .put("offset", task.offset()));
        return BoundedJson.bytes(json);
    }

    static byte[] of(RetryResult result) {
        ObjectNode json = header(result.orderId(), result.queueName())
                .put("executedBy", result.executedBy())
                .put("epoch", result.epoch())
                .put("executedAt", result.executedAt().toString());
        ArrayNode tasks = json.putArray("tasks");
        for (TaskOutcome outcome : result.tasks()) {
            ObjectNode task = tasks.addObject().put("task", outcome.task().toString());
            if (outcome instanceof Restored restored) {
                task.put("restored", restored.position().toString());
            } else if (outcome instanceof Refused refused) {
                task.put("refused", refused.reason());
            }
        }
        return BoundedJson.bytes(json);
    }

    private static ObjectNode header(UUID id, String queueName) {
        return BoundedJson.object().put("orderId", id.toString()).put("queueName", queueName);
    }

    /** What a record about an order holds. */
    sealed interface Content {}

    record Ordered(RetryOrder order) implements Content {}

    record Executed(RetryResult result) implements Content {}

    /** @throws IllegalArgumentException if it is neither an order nor a result; the message states why */
    static Content read(byte[] value) {
        try {
            JsonNode json = BoundedJson.read(value);
            return json.has("executedBy") ? new Executed(result(json)) : new Ordered(order(json));
        } catch (IOException | DateTimeException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static RetryOrder order(JsonNode json) {
        List<OrderedTask> tasks = new ArrayList<>();
        json.path("tasks")
                .forEach(task -> tasks.add(new OrderedTask(
                        task(task),
                        position(task, "position"),
                        task.path("offset").asLong())));
        return new RetryOrder(
                id(json),
                json.path("queueName").asText(),
                new RetryOrder.ReadUpTo(
                        json.path("topic").asText(),
                        json.path("partition").asInt(),
                        json.path("offset").asLong(),
                        position(json, "position")),
                tasks,
                json.path("orderedBy").asText(),
                instant(json, "orderedAt"));
    }

    private static RetryResult result(JsonNode json) {
        List<TaskOutcome> tasks = new ArrayList<>();
        json.path("tasks")
                .forEach(task -> tasks.add(
                        task.has("restored")
                                ? new Restored(task(task), position(task, "restored"))
                                : new Refused(task(task), task.path("refused").asText())));
        return new RetryResult(
                id(json),
                json.path("queueName").asText(),
                json.path("executedBy").asText(),
                json.path("epoch").asLong(),
                instant(json, "executedAt"),
                tasks);
    }

    private static UUID id(JsonNode json) {
        String text = json.path("orderId").asText();
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("its orderId is '" + text + "'", e);
        }
    }

    private static Instant instant(JsonNode json, String field) {
        return OffsetDateTime.parse(json.path(field).asText()).toInstant();
    }

    private static Position position(JsonNode json, String field) {
        String text = json.path(field).asText();
        return Position.parse(text)
                .orElseThrow(() -> new IllegalArgumentException("its " + field + " is '" + text + "'"));
    }

    private static TaskId task(JsonNode json) {
        String text = json.path("task").asText();
        Matcher parts = TASK.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("its task is '" + text + "'");
        }
        return new TaskId(parts.group(1), Long.parseLong(parts.group(2)), Long.parseLong(parts.group(3)));
    }
}
