package io.taskqueue.console.sinks;

import io.taskqueue.console.model.EventView;
import io.taskqueue.console.model.Page;
import io.taskqueue.console.model.QueueContents;
import io.taskqueue.console.model.QueueIndex;
import io.taskqueue.console.model.QueueSample;
import io.taskqueue.console.model.QueueView;
import io.taskqueue.console.model.TaskLife;
import io.taskqueue.console.model.TaskQuery;
import io.taskqueue.console.model.TaskView;
import io.taskqueue.console.model.ViewProgress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Queues as a test sets them. */
final class SettableQueues implements QueueIndex {

    private volatile List<QueueView> queues = List.of();
    private volatile @Nullable Error failure;

    /** Asking for the queues fails with this from now on; null ends that. */
    void fail(@Nullable Error with) {
        failure = with;
    }

    void set(QueueView... now) {
        queues = List.of(now);
    }

    /** A queue whose newest event has this position, with 1 pending task. */
    static QueueView queue(String name, int partition, long epoch, long sequence) {
        return queue(name, partition, epoch, sequence, null, 0);
    }

    static QueueView queue(
            String name, int partition, long epoch, long sequence, @Nullable Instant overdueSince, long staleEvents) {
        return new QueueView(
                name,
                partition,
                epoch,
                sequence,
                Instant.now(),
                new QueueView.Depth(1, 0, 0, 0),
                new QueueView.Totals(1, 0, 0, 0, 0, 0, 0),
                new QueueView.Rates(0, 0, 0),
                null,
                overdueSince,
                staleEvents);
    }

    @Override
    public ViewProgress progress() {
        return new ViewProgress(ViewProgress.State.CURRENT, Instant.now(), 0, 1, null);
    }

    @Override
    public List<QueueView> queues() {
        Error failing = failure;
        if (failing != null) {
            throw failing;
        }
        return queues;
    }

    @Override
    public Optional<QueueView> queue(String name) {
        return queues.stream().filter(queue -> queue.name().equals(name)).findFirst();
    }

    @Override
    public List<QueueSample> history(String queue) {
        return List.of();
    }

    @Override
    public Optional<QueueContents> contents(TaskQuery query) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Page<TaskView> tasks(TaskQuery query) {
        return new Page<>(List.of(), 0, null);
    }

    @Override
    public Optional<TaskLife> life(String taskId, boolean showPayload) {
        return Optional.empty();
    }

    @Override
    public AutoCloseable follow(Consumer<EventView> consumer) {
        return () -> {};
    }

    @Override
    public void close() {}
}
