package io.taskqueue.cli.dead;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.taskqueue.event.TaskError;
import io.taskqueue.serde.BoundedJson;
import io.taskqueue.source.dead.DeadTask;
import io.taskqueue.source.dead.DeadTask.Decoded;
import io.taskqueue.source.dead.DeadTask.Undecodable;
import io.taskqueue.source.dead.DeadTaskPage;

/** Dead tasks as JSON. */
final class DeadJson {

    private DeadJson() {}

    /** A page: what was read, and the tasks. */
    static ObjectNode page(String queue, DeadTaskPage page, boolean payloads) {
        DeadTaskPage.Reading reading = page.reading();
        ObjectNode json = BoundedJson.object()
                .put("queue", queue)
                .put("topic", reading.topic())
                .put("partition", reading.partition())
                .put("fromOffset", reading.from())
                .put("toOffset", reading.to());
        reading.first().ifPresent(first -> json.put("firstPosition", first.toString()));
        reading.last().ifPresent(last -> json.put("lastPosition", last.toString()));
        page.next().ifPresent(next -> json.put("next", next));
        ArrayNode tasks = json.putArray("tasks");
        page.tasks().forEach(task -> tasks.add(task(task, payloads)));
        return json;
    }

    private static JsonNode task(DeadTask dead, boolean payload) {
        ObjectNode json = BoundedJson.object()
                .put("task", dead.task().toString())
                .put("position", dead.position().toString())
                .put("offset", dead.offset())
                .put("since", dead.since().toString());
        if (dead.contents() instanceof Undecodable undecodable) {
            return json.put("undecodable", undecodable.reason());
        }
        if (dead.contents() instanceof Decoded decoded) {
            json.put("attempts", decoded.task().attempt())
                    .put("enqueuedAt", decoded.task().enqueuedAt().toString());
            if (decoded.task().key() != null) {
                json.put("key", decoded.task().key());
            }
            dead.error().ifPresent(error -> json.set("error", error(error)));
            if (payload) {
                json.putRawValue("value", new RawValue(decoded.task().payload()));
            }
        }
        return json;
    }

    private static JsonNode error(TaskError error) {
        ObjectNode json = BoundedJson.object().put("code", error.code()).put("message", error.message());
        if (!error.metadata().isEmpty()) {
            ObjectNode metadata = json.putObject("metadata");
            error.metadata().forEach(metadata::put);
        }
        return json;
    }
}
