package io.taskqueue.fold;

import io.taskqueue.event.Position;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The state of a queue after the events that a {@link QueueFold} has taken.
 *
 * @param queueName the queue's name
 * @param last the position of the newest event, or null before the first
 * @param tasks the tasks by phase, each phase in the order in which the tasks entered it. Pending ones of the same
 *     {@linkplain io.taskqueue.event.Priority priority} will be leased in this order
 * @param counts what has happened
 * @param lastKey the key of the last task that was enqueued with one, or null if the events so far contain none
 */
public record FoldedQueue<T>(
        String queueName,
        @Nullable Position last,
        Map<TaskPhase, List<FoldedTask<T>>> tasks,
        Counts counts,
        @Nullable String lastKey) {

    public FoldedQueue {
        tasks = Map.copyOf(tasks);
    }

    /** The tasks in a phase. Of the dead and drained ones, as many of the newest as the fold keeps. */
    public List<FoldedTask<T>> in(TaskPhase phase) {
        return tasks.getOrDefault(phase, List.of());
    }

    /**
     * The live tasks that the queue's current source does not know: their latest event is of an older epoch, and no recovery has
     * restored them.
     */
    public List<FoldedTask<T>> abandoned() {
        return tasks.entrySet().stream()
                .filter(entry -> entry.getKey().live())
                .flatMap(entry -> entry.getValue().stream())
                .filter(this::isOfAnOlderEpoch)
                .toList();
    }

    private boolean isOfAnOlderEpoch(FoldedTask<T> task) {
        return last != null && task.latest().epoch() < last.epoch();
    }

    /**
     * How often each change has happened, over all epochs that were folded.
     *
     * @param leasesExpired leases that expired or were revoked
     */
    public record Counts(
            long enqueued, long restored, long completed, long deadLettered, long drained, long leasesExpired) {}
}
