package io.taskqueue.cli.parked;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.taskqueue.event.TaskError;
import io.taskqueue.serde.BoundedJson;
import io.taskqueue.streams.parking.ParkedEvent;
import io.taskqueue.streams.parking.ParkedState;
import io.taskqueue.streams.parking.ParkedTask;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Parked tasks as JSON, for the commands and over HTTP. */
final class ParkedJson {

    private ParkedJson() {}

    /** A task and its first event, without the payload. */
    static JsonNode summary(ParkedTask task) {
        ObjectNode json = header(task);
        json.set("first", event(task.first()));
        return json;
    }

    /** A task and all of its parked events; those that their source published without a payload have none. */
    static JsonNode full(ParkedTask task, boolean payloads) {
        ObjectNode json = header(task);
        ArrayNode events = json.putArray("events");
        task.events()
                .forEach(event -> events.add(event(
                        event,
                        payloads && event.event().hasPayload() ? event.event().payload() : null)));
        return json;
    }

    /** An event without its payload. */
    static JsonNode event(ParkedEvent parked) {
        return event(parked, null);
    }

    private static ObjectNode header(ParkedTask task) {
        return BoundedJson.object()
                .put("task", task.task().toString())
                .put("queue", task.first().event().queueName())
                .put("partition", task.first().partition())
                .put("parkedEvents", task.events().size())
                .put("redriven", task.redriven());
    }

    private static ObjectNode event(ParkedEvent parked, @Nullable String payload) {
        ObjectNode json = BoundedJson.object()
                .put("task", parked.event().taskId().toString())
                .put("queue", parked.event().queueName())
                .put("position", parked.event().position().toString())
                .put("kind", parked.event().kind().wireName())
                .put("occurredAt", parked.event().occurredAt().toString())
                .put("partition", parked.partition())
                .put("offset", parked.offset())
                .put("since", parked.since().toString())
                .put("round", parked.round());
        if (parked.state() instanceof ParkedState.Failed failed) {
            json.put("state", "failed");
            failed(json, failed);
        } else if (parked.state() instanceof ParkedState.Discarded discarded) {
            json.put("state", "discarded")
                    .put("by", discarded.by())
                    .put("reason", discarded.reason())
                    .put("at", discarded.at().toString());
            discarded.failure().ifPresent(failed -> failed(json, failed));
        } else {
            json.put("state", "behind");
        }
        if (payload != null) {
            json.putRawValue("value", new RawValue(payload));
        }
        return json;
    }

    private static void failed(ObjectNode json, ParkedState.Failed failed) {
        json.put("attempts", failed.attempts());
        TaskError error = failed.error();
        json.putObject("error").put("code", error.code()).put("message", error.message());
        ObjectNode effects = json.putObject("effects");
        failed.effects()
                .forEach((effect, state) -> effects.put(effect, state.name().toLowerCase(Locale.ROOT)));
    }
}
