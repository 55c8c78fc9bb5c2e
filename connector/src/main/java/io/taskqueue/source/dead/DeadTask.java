package io.taskqueue.source.dead;

import io.taskqueue.event.Position;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskId;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A task that gets no further attempt: its latest event is DeadLettered.
 *
 * @param task its identity
 * @param position the position of that event
 * @param offset the offset of that event in the queue's partition
 * @param since when the task became dead
 * @param contents what the event states beyond that
 */
public record DeadTask(TaskId task, Position position, long offset, Instant since, Contents contents) {

    public DeadTask {
        Objects.requireNonNull(task, "task");
        Objects.requireNonNull(position, "position");
        Objects.requireNonNull(since, "since");
        Objects.requireNonNull(contents, "contents");
    }

    /** The value of the event, as far as it can be decoded. */
    public sealed interface Contents {}

    /**
     * The value was decoded.
     *
     * @param task the task at its last attempt; the payload is JSON
     * @param error why the last attempt failed, or null
     */
    public record Decoded(Task<String> task, @Nullable TaskError error) implements Contents {

        public Decoded {
            Objects.requireNonNull(task, "task");
        }
    }

    /**
     * The value cannot be decoded. The task cannot be retried.
     *
     * @param reason why
     */
    public record Undecodable(String reason) implements Contents {

        public Undecodable {
            Objects.requireNonNull(reason, "reason");
        }
    }

    /** Whether the task can be retried: its event was decoded. */
    public boolean retryable() {
        return contents instanceof Decoded;
    }

    /** Why the last attempt failed; empty if the event does not state it, or cannot be decoded. */
    public Optional<TaskError> error() {
        return contents instanceof Decoded decoded ? Optional.ofNullable(decoded.error()) : Optional.empty();
    }
}
