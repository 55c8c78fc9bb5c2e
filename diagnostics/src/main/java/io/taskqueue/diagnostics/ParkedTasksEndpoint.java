package io.taskqueue.diagnostics;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import io.taskqueue.diagnostics.ParkedTaskOperations.Action;
import io.taskqueue.diagnostics.ParkedTaskOperations.Decision;
import io.taskqueue.http.JsonRequests;
import io.taskqueue.http.JsonResponses;
import io.taskqueue.serde.BoundedJson;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves {@code /api/parked}: lists parked tasks, and accepts decisions about them. */
final class ParkedTasksEndpoint {

    private static final Logger LOG = LoggerFactory.getLogger(ParkedTasksEndpoint.class);
    private static final Set<String> FIELDS = Set.of("action", "queue", "task", "by", "reason", "following");

    private final @Nullable ParkedTaskOperations operations;
    private final boolean showPayloads;

    ParkedTasksEndpoint(@Nullable ParkedTaskOperations operations, boolean showPayloads) {
        this.operations = operations;
        this.showPayloads = showPayloads;
    }

    void list(Context context) throws InterruptedException {
        respond(
                context,
                200,
                tasks -> tasks.list(context.queryParam("queue"), context.queryParam("task"), showPayloads));
    }

    void decide(Context context) throws InterruptedException {
        if (JsonRequests.accepted(context)) {
            respond(context, 202, tasks -> tasks.decide(decision(context.body())));
        }
    }

    @FunctionalInterface
    private interface Request {
        String send(ParkedTaskOperations operations) throws InterruptedException;
    }

    private void respond(Context context, int status, Request request) throws InterruptedException {
        if (operations == null) {
            JsonResponses.error(context, 404, "This process was started without access to parked tasks.");
            return;
        }
        try {
            String json = request.send(operations);
            context.status(status).contentType("application/json").result(json);
        } catch (IllegalArgumentException e) {
            JsonResponses.error(context, 400, String.valueOf(e.getMessage()));
        } catch (NoSuchElementException e) {
            JsonResponses.error(context, 404, String.valueOf(e.getMessage()));
        } catch (IllegalStateException e) {
            LOG.warn("{} {} failed.", context.method(), context.path(), e);
            JsonResponses.error(context, 503, String.valueOf(e.getMessage()));
        }
    }

    private static Decision decision(String body) {
        JsonNode json = parsed(body);
        json.fieldNames().forEachRemaining(name -> {
            if (!FIELDS.contains(name)) {
                throw new IllegalArgumentException("A decision has no field '" + name
                        + "'. Its fields are action, queue, task, by, reason and following.");
            }
        });
        String task = text(json, "task");
        if (task.isEmpty()) {
            throw new IllegalArgumentException(
                    "A decision is about one task, but the field 'task' is missing. Set it, for example to orders/7/42.");
        }
        String queue = text(json, "queue");
        return new Decision(
                action(text(json, "action")),
                queue.isEmpty() ? null : queue,
                task,
                text(json, "by"),
                text(json, "reason"),
                following(json.path("following")));
    }

    private static JsonNode parsed(String body) {
        try {
            JsonNode json = BoundedJson.read(body);
            if (json.isObject()) {
                return json;
            }
        } catch (JsonProcessingException e) {
            LOG.debug("The body of a decision is not JSON.", e);
        }
        throw new IllegalArgumentException("A decision must be one JSON object, but the body is not. Send it as "
                + "{\"action\": \"redrive\", \"task\": \"orders/7/42\"}.");
    }

    private static Action action(String name) {
        return switch (name) {
            case "redrive" -> Action.REDRIVE;
            case "discard" -> Action.DISCARD;
            default -> throw new IllegalArgumentException(
                    "The action of a decision must be redrive or discard, but it is '" + name + "'.");
        };
    }

    private static String text(JsonNode json, String name) {
        JsonNode field = json.path(name);
        if (field.isMissingNode() || field.isNull()) {
            return "";
        }
        if (!field.isTextual()) {
            throw new IllegalArgumentException(
                    "The field '" + name + "' of a decision must be text, but it is not. Send it as a JSON string.");
        }
        return field.textValue();
    }

    private static boolean following(JsonNode field) {
        if (!field.isMissingNode() && !field.isBoolean()) {
            throw new IllegalArgumentException("The field 'following' of a decision must be true or false.");
        }
        return field.booleanValue();
    }
}
