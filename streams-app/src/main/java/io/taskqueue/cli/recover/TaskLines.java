package io.taskqueue.cli.recover;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.taskqueue.event.Priority;
import io.taskqueue.event.TaskError;
import io.taskqueue.fold.FoldedTask;
import io.taskqueue.serde.BoundedJson;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Live tasks as lines of JSON:
 *
 * <pre>
 *   {"task":"queue/epoch/sequence", "state":"pending", "attempt":…, "enqueuedAt":…, "position":"epoch/sequence",
 *    "key":…, "priority":"High"|"Low", "availableAt":…, "leaseExpiration":…, "lastError":{"code":…, "message":…},      where the task has them
 *    "value":…}
 * </pre>
 */
enum TaskLines {
    /** The whole task. */
    TASKS {
        @Override
        String line(FoldedTask<String> task) {
            ObjectNode json = BoundedJson.object()
                    .put("task", task.task().id().toString())
                    .put("state", task.phase().name().toLowerCase(Locale.ROOT))
                    .put("attempt", task.task().attempt())
                    .put("enqueuedAt", task.task().enqueuedAt().toString())
                    .put("position", task.latest().toString());
            putIfPresent(json, "key", task.task().key());
            if (task.task().priority() != Priority.NORMAL) {
                json.put("priority", task.task().priority().wireName());
            }
            putIfPresent(json, "availableAt", task.availableAt());
            putIfPresent(json, "leaseExpiration", task.leaseExpiration());
            TaskError error = task.lastError();
            if (error != null) {
                json.putObject("lastError").put("code", error.code()).put("message", error.message());
            }
            json.putRawValue("value", new RawValue(PAYLOADS.line(task)));
            return BoundedJson.text(json);
        }
    },

    /** The payload alone, as {@code dispatch --tasks} reads it. */
    PAYLOADS {
        @Override
        String line(FoldedTask<String> task) {
            // within JSON, a line end is white space between values
            return task.task().payload().replace('\n', ' ').replace('\r', ' ');
        }
    };

    /** The task on one line. */
    abstract String line(FoldedTask<String> task);

    private static void putIfPresent(ObjectNode json, String name, @Nullable Object value) {
        if (value != null) {
            json.put(name, value.toString());
        }
    }
}
