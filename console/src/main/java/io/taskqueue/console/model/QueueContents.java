package io.taskqueue.console.model;

import java.util.List;

/**
 * A queue with its tasks, at one moment.
 *
 * @param queue the queue
 * @param history its depth and rates over time, oldest first; the last sample is the queue's
 * @param tasks the tasks that were asked for
 */
public record QueueContents(QueueView queue, List<QueueSample> history, Page<TaskView> tasks) {

    public QueueContents {
        history = List.copyOf(history);
    }
}
