package io.taskqueue.source.dead;

import io.taskqueue.queue.DrainedTask;

/** The queue into which dead tasks are put back, with its source. */
public interface RetryTarget<T> {

    /**
     * Puts a task into the queue.
     *
     * @throws IllegalArgumentException if the queue holds the task
     * @throws io.taskqueue.queue.PayloadRefusedException if its payload is refused
     * @throws io.taskqueue.queue.QueueClosedException if the queue has ended
     */
    void restore(DrainedTask<T> task);

    /**
     * Waits until every event so far is confirmed, see {@code ReplicationSource.replicated()}.
     *
     * @throws io.taskqueue.queue.QueueClosedException if the source ends first, or does not own the queue any more
     * @throws org.apache.kafka.common.KafkaException if the events cannot be confirmed now
     */
    void awaitReplicated() throws InterruptedException;
}
