package io.taskqueue.event;

/**
 * The identity of a task, kept through requeue, drain, restore and recovery.
 *
 * @param queueName the queue that the task was first enqueued in
 * @param epoch the epoch of the source when the task was enqueued, at least 0; 0 for a queue that is not replicated
 * @param sequenceId the task's number within its queue and epoch, from 1
 */
public record TaskId(String queueName, long epoch, long sequenceId) {

    /** @throws IllegalArgumentException if the name is not a valid queue name or a number is out of range */
    public TaskId {
        QueueName.require(queueName);
        if (epoch < 0 || sequenceId < 1) {
            throw new IllegalArgumentException(
                    "A task has an epoch of at least 0 and a sequence id of at least 1, but this one has epoch " + epoch
                            + ", sequence id " + sequenceId + " in queue " + queueName + ".");
        }
    }

    /** The identity in messages, {@code queue/epoch/sequenceId}. */
    @Override
    public String toString() {
        return queueName + "/" + epoch + "/" + sequenceId;
    }
}
