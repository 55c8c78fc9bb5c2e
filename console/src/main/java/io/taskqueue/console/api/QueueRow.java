package io.taskqueue.console.api;

import io.taskqueue.console.model.Badge;
import io.taskqueue.console.model.QueueOwner;
import io.taskqueue.console.model.QueueView;
import io.taskqueue.console.model.SinkPosition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A queue in the list of queues.
 *
 * @param queue the queue
 * @param owner its owner, or null
 * @param problems what is wrong with it
 * @param worst the position of the sink with the greatest lag; null if no sink reads the queue
 * @param spark how many tasks were live, oldest first; empty in a row that is not shown
 */
record QueueRow(
        QueueView queue,
        @Nullable QueueOwner owner,
        List<Badge> problems,
        @Nullable SinkPosition worst,
        List<Long> spark) {

    QueueRow {
        problems = List.copyOf(problems);
        spark = List.copyOf(spark);
    }

    QueueRow withSpark(List<Long> shown) {
        return new QueueRow(queue, owner, problems, worst, shown);
    }

    long live() {
        return queue.depth().live();
    }

    boolean contains(String text) {
        return queue.name().contains(text) || (owner != null && owner.peer().contains(text));
    }

    boolean has(Badge.Kind kind) {
        return problems.stream().anyMatch(problem -> problem.kind() == kind);
    }
}
