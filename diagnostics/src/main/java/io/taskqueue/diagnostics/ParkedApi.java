package io.taskqueue.diagnostics;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.http.Context;
import io.taskqueue.diagnostics.ParkedFeed.Action;
import io.taskqueue.diagnostics.ParkedFeed.Decision;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The answers of {@code /api/parked}. */
final class ParkedApi {

    private static final Logger LOG = LoggerFactory.getLogger(DiagnosticsServer.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> FIELDS = Set.of("action", "queue", "task", "by", "reason", "following");

    private final @Nullable ParkedFeed feed;
    private final boolean showPayloads;

    ParkedApi(@Nullable ParkedFeed feed, boolean showPayloads) {
        this.feed = feed;
        this.showPayloads = showPayloads;
    }

    void list(Context context) throws InterruptedException {
        answer(
                context,
                200,
                parked -> parked.parked(context.queryParam("queue"), context.queryParam("task"), showPayloads));
    }

    void decide(Context context) throws InterruptedException {
        // a web page can send a form to any server, but JSON to none that does not allow it
        String type = Objects.requireNonNullElse(context.contentType(), "").toLowerCase(Locale.ROOT);
        if (!type.matches("application/json\\s*(;.*)?")) {
            Answers.error(
                    context,
                    415,
                    "A decision is JSON, but the request's Content-Type is "
                            + (type.isEmpty() ? "missing" : "another")
                            + ". Send it with Content-Type: application/json.");
            return;
        }
        answer(context, 202, parked -> parked.decide(decision(context.body())));
    }

    @FunctionalInterface
    private interface Question {
        String ask(ParkedFeed feed) throws InterruptedException;
    }

    private void answer(Context context, int status, Question question) throws InterruptedException {
        if (feed == null) {
            Answers.error(context, 404, "This process was started without parked events to show.");
            return;
        }
        try {
            String json = question.ask(feed);
            context.status(status).contentType("application/json").result(json);
        } catch (IllegalArgumentException e) {
            Answers.error(context, 400, String.valueOf(e.getMessage()));
        } catch (NoSuchElementException e) {
            Answers.error(context, 404, String.valueOf(e.getMessage()));
        } catch (IllegalStateException e) {
            LOG.warn("{} {} was not possible.", context.method(), context.path(), e);
            Answers.error(context, 503, String.valueOf(e.getMessage()));
        }
    }

    private static Decision decision(String body) {
        JsonNode json = parsed(body);
        json.fieldNames().forEachRemaining(name -> {
            if (!FIELDS.contains(name)) {
                throw new IllegalArgumentException("A decision has no field '" + name
                        + "'. It has action, queue, task, by, reason and following.");
            }
        });
        String task = text(json, "task");
        if (task.isEmpty()) {
            throw new IllegalArgumentException(
                    "A decision is about one task, but none is named. Name it in 'task', as in " + "orders/7/42.");
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
            JsonNode json = JSON.readTree(body);
            if (json.isObject()) {
                return json;
            }
        } catch (JsonProcessingException e) {
            LOG.debug("The body of a decision is not JSON.", e);
        }
        throw new IllegalArgumentException("A decision is one JSON object, but the body is none. Send it as "
                + "{\"action\": \"redrive\", \"task\": \"orders/7/42\"}.");
    }

    private static Action action(String name) {
        return switch (name) {
            case "redrive" -> Action.REDRIVE;
            case "discard" -> Action.DISCARD;
            default -> throw new IllegalArgumentException(
                    "A decision's action is redrive or discard, but here it is '" + name + "'.");
        };
    }

    private static String text(JsonNode json, String name) {
        JsonNode field = json.path(name);
        if (field.isMissingNode() || field.isNull()) {
            return "";
        }
        if (!field.isTextual()) {
            throw new IllegalArgumentException(
                    "The field '" + name + "' of a decision is text, but here it is another.");
        }
        return field.textValue();
    }

    private static boolean following(JsonNode field) {
        if (!field.isMissingNode() && !field.isBoolean()) {
            throw new IllegalArgumentException("The field 'following' of a decision is true or false.");
        }
        return field.booleanValue();
    }
}
