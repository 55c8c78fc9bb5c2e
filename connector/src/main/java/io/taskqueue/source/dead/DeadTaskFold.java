package io.taskqueue.source.dead;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.TaskId;
import io.taskqueue.serde.EventHeaders;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds the dead tasks of a queue by the headers of its events, in the order of the partition: those whose latest event is DeadLettered.
 * Pure. Keeps a bounded number of tasks, the first ones.
 */
final class DeadTaskFold {

    /** The event that made a task dead. */
    record Death(TaskId task, Position position, long offset) {}

    private final String queueName;
    private final Predicate<TaskId> selected;
    private final long fromOffset;
    private final int most;
    private final CurrentEvents current = new CurrentEvents(Optional.empty());
    private final Map<TaskId, Death> dead = new LinkedHashMap<>();
    private @Nullable Position first;
    private DeadTaskPage.@Nullable LatestEvent latest;
    private OptionalLong firstNotKept = OptionalLong.empty();

    /**
     * @param selected tasks that are looked at
     * @param fromOffset the offset from which on a task may have become dead
     * @param most how many dead tasks are kept
     */
    DeadTaskFold(String queueName, Predicate<TaskId> selected, long fromOffset, int most) {
        this.queueName = queueName;
        this.selected = selected;
        this.fromOffset = fromOffset;
        this.most = most;
    }

    /** Takes the next event of the partition; ignores those of other queues. */
    void take(EventHeaders event, long offset) {
        if (!event.queueName().equals(queueName) || !current.accepts(event.position())) {
            return;
        }
        if (first == null) {
            first = event.position();
        }
        event.task().filter(selected).ifPresent(task -> take(task, event, offset));
    }

    private void take(TaskId task, EventHeaders event, long offset) {
        latest = new DeadTaskPage.LatestEvent(event.kind(), event.position(), offset);
        if (event.kind().isEmpty()) {
            return; // of a newer version: what it means for the task is not known
        }
        dead.remove(task);
        if (offset >= fromOffset && event.kind().equals(Optional.of(EventKind.DEAD_LETTERED))) {
            if (firstNotKept.isPresent() || dead.size() == most) {
                // one that is kept may still be restored; so that none is left out, no later one is kept either
                firstNotKept = OptionalLong.of(firstNotKept.orElse(offset));
            } else {
                dead.put(task, new Death(task, event.position(), offset));
            }
        }
    }

    /** The dead tasks, in the order in which they became dead. */
    List<Death> dead() {
        return new ArrayList<>(dead.values());
    }

    /** The offset of the first death that is not kept, because there are too many. */
    OptionalLong firstNotKept() {
        return firstNotKept;
    }

    /** The position of the queue's first event. */
    Optional<Position> first() {
        return Optional.ofNullable(first);
    }

    /** The position of the queue's last event. */
    Optional<Position> last() {
        return current.last();
    }

    /** The latest event of the selected tasks. */
    Optional<DeadTaskPage.LatestEvent> latest() {
        return Optional.ofNullable(latest);
    }
}
