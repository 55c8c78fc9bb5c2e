package io.taskqueue.console.fold;

import io.taskqueue.console.model.EventView;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Events, and their parts, as the page shows them. */
public final class EventViews {

    private static final Pattern TASK = Pattern.compile("(.+)/(\\d{1,18})/(\\d{1,18})", Pattern.DOTALL);

    private EventViews() {}

    /** @param payload null to hide it */
    public static EventView of(ReplicationEvent<?> event, int partition, long offset, @Nullable String payload) {
        Optional<? extends TaskEvent<?>> change = event.change();
        return new EventView(
                event.queueName(),
                change.map(TaskEvent::task).map(Task::id).map(TaskId::toString).orElse(null),
                event.kind().wireName(),
                event.position().epoch(),
                event.position().sequence(),
                partition,
                offset,
                event.occurredAt(),
                change.map(TaskEvent::task).map(Task::attempt).orElse(0),
                lease(event),
                event.leaseExpiration().orElse(null),
                event.availableAt().orElse(null),
                event.error().map(EventViews::text).orElse(null),
                event.kind() == EventKind.SOURCE_STARTED ? null : payload);
    }

    /** The code of an error, if it has one, and its message. */
    public static String text(TaskError error) {
        return error.code() == null ? error.message() : error.code() + ": " + error.message();
    }

    private static @Nullable String lease(ReplicationEvent<?> event) {
        return event.ownershipToken()
                .map(token -> token.leaseId()
                        + event.ownerPeerId().map(owner -> " (" + owner + ")").orElse(""))
                .orElse(null);
    }

    /** The identity that a text {@code QUEUE/EPOCH/SEQUENCE} names; empty if it has another form. */
    public static Optional<TaskId> taskId(String text) {
        Matcher parts = TASK.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new TaskId(parts.group(1), Long.parseLong(parts.group(2)), Long.parseLong(parts.group(3))));
        } catch (IllegalArgumentException invalid) {
            return Optional.empty();
        }
    }
}
