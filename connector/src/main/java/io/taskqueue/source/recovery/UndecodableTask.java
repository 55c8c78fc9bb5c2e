package io.taskqueue.source.recovery;

import io.taskqueue.event.Position;
import io.taskqueue.event.TaskId;

/**
 * A live task whose latest event cannot be decoded, or has no payload where the partition does not hold the event that has it either.
 *
 * @param task the task
 * @param position the position of its latest event
 * @param offset the offset of that event in the partition
 * @param reason why it cannot be decoded
 */
public record UndecodableTask(TaskId task, Position position, long offset, String reason) {}
