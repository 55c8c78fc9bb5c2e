package io.taskqueue.spring;

import io.taskqueue.queue.TaskQueue;

/**
 * A bean that changes how the queues of {@code taskqueue.queues} are built, after their properties were applied: listeners, a dead-letter
 * handler, a clock. All beans of this type are called, in their {@linkplain org.springframework.core.annotation.Order order}, on the thread
 * that creates the queue.
 */
@FunctionalInterface
public interface TaskQueueCustomizer {

    /**
     * Changes a queue.
     *
     * @param queue its name
     */
    void customize(String queue, TaskQueue.Builder<?> builder);
}
