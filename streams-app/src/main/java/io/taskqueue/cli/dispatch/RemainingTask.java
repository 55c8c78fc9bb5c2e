package io.taskqueue.cli.dispatch;

import io.taskqueue.event.Task;
import java.util.Comparator;
import java.util.Optional;

/**
 * A task that has not ended when a dispatcher stopped.
 *
 * @param line the key of the line that it was; empty if another program enqueued it, or a version without keys
 * @param json its payload
 */
record RemainingTask(Optional<LineKey> line, String json) {

    /** In the order of inputs and of their lines, behind those that are no line. */
    static final Comparator<RemainingTask> IN_ORDER =
            Comparator.comparing(RemainingTask::input).thenComparingLong(RemainingTask::number);

    static RemainingTask of(Task<String> task) {
        return new RemainingTask(LineKey.parse(task.key()), task.payload());
    }

    static RemainingTask of(TaskLine line) {
        return new RemainingTask(Optional.of(line.key()), line.json());
    }

    /** The name of its input; empty text if it is no line. */
    String input() {
        return line.map(LineKey::input).orElse("");
    }

    /** The number of its line; 0 if it is no line. */
    long number() {
        return line.map(LineKey::line).orElse(0L);
    }
}
