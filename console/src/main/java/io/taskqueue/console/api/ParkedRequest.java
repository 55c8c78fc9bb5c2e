package io.taskqueue.console.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.taskqueue.console.model.ParkedDecision;
import io.taskqueue.console.model.ParkedQuery;
import io.taskqueue.serde.BoundedJson;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request that decides about parked tasks.
 *
 * @param query which tasks it is about
 * @param decision what is decided
 */
record ParkedRequest(ParkedQuery query, ParkedDecision decision) {

    private static final Set<String> FIELDS =
            Set.of("sink", "queue", "task", "text", "state", "action", "by", "reason", "following", "dryRun");

    private static final int MAX_TEXT = 1_000;

    /** @throws IllegalArgumentException if it is not such a body; the message states what is wrong and what to do */
    static ParkedRequest parse(String body) {
        JsonNode json = object(body);
        json.fieldNames().forEachRemaining(name -> {
            if (!FIELDS.contains(name)) {
                throw new IllegalArgumentException(
                        "A decision has no field '" + shortened(name)
                                + "'. Its fields are sink, queue, task, text, state, action, by, reason, following and dryRun.");
            }
        });
        String sink = text(json, "sink");
        if (sink == null) {
            throw new IllegalArgumentException(
                    "A decision is about the parked tasks of a sink, but the field 'sink' is missing. Set it.");
        }
        String state = text(json, "state");
        if (state != null && !ParkedQuery.STATES.contains(state)) {
            throw new IllegalArgumentException(
                    "The field 'state' of a decision must be parked, ambiguous, redriven or discarded, but it is '"
                            + shortened(state) + "'.");
        }
        ParkedQuery query = new ParkedQuery(
                sink,
                text(json, "queue"),
                text(json, "task"),
                text(json, "text"),
                state,
                QueryParameters.MAX_LIMIT,
                null);
        return new ParkedRequest(query, decision(json));
    }

    private static ParkedDecision decision(JsonNode json) {
        ParkedDecision.Action action = action(text(json, "action"));
        String by = text(json, "by");
        String reason = text(json, "reason");
        boolean dryRun = flag(json, "dryRun", true);
        if (action == ParkedDecision.Action.DISCARD && !dryRun && (by == null || reason == null)) {
            throw new IllegalArgumentException("A discard is recorded with who decided it and why, but the field '"
                    + (by == null ? "by" : "reason") + "' is missing. Set it.");
        }
        return new ParkedDecision(
                action, by == null ? "" : by, reason == null ? "" : reason, flag(json, "following", false), dryRun);
    }

    private static JsonNode object(String body) {
        try {
            JsonNode json = BoundedJson.read(body);
            if (json.isObject()) {
                return json;
            }
        } catch (JsonProcessingException e) {
            throw notAnObject(e);
        }
        throw notAnObject(null);
    }

    private static IllegalArgumentException notAnObject(@Nullable Exception cause) {
        return new IllegalArgumentException(
                "A decision must be one JSON object, but the body is not. Send it as {\"sink\": \"billing\", \"action\": "
                        + "\"redrive\", \"task\": \"orders/7/42\"}.",
                cause);
    }

    private static ParkedDecision.Action action(@Nullable String name) {
        if ("redrive".equals(name)) {
            return ParkedDecision.Action.REDRIVE;
        }
        if ("discard".equals(name)) {
            return ParkedDecision.Action.DISCARD;
        }
        throw new IllegalArgumentException("The action of a decision must be redrive or discard, but it is "
                + (name == null ? "missing" : "'" + shortened(name) + "'") + ".");
    }

    private static @Nullable String text(JsonNode json, String name) {
        JsonNode field = json.path(name);
        if (field.isMissingNode()
                || field.isNull()
                || (field.isTextual() && field.textValue().isEmpty())) {
            return null;
        }
        if (!field.isTextual()) {
            throw new IllegalArgumentException(
                    "The field '" + name + "' of a decision must be text, but it is not. Send it as a JSON string.");
        }
        if (field.textValue().length() > MAX_TEXT) {
            throw new IllegalArgumentException("The field '" + name + "' of a decision has "
                    + field.textValue().length() + " characters, but at most " + MAX_TEXT
                    + " are allowed. Shorten it.");
        }
        return field.textValue();
    }

    private static boolean flag(JsonNode json, String name, boolean otherwise) {
        JsonNode field = json.path(name);
        if (field.isMissingNode() || field.isNull()) {
            return otherwise;
        }
        if (!field.isBoolean()) {
            throw new IllegalArgumentException("The field '" + name + "' of a decision must be true or false.");
        }
        return field.booleanValue();
    }

    private static String shortened(String value) {
        return value.length() <= 100 ? value : value.substring(0, 100) + "…";
    }
}
