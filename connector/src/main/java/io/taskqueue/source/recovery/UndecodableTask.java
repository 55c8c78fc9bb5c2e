package io.taskqueue.source.recovery;

import io.taskqueue.event.Position;
import io.taskqueue.event.TaskId;

/**
 * A live task whose latest event cannot be decoded.
 *
 * @param task the task
 * @param position the position of its latest event
 * @param offset the offset of that event in the partition
 * @param reason why it cannot be decoded
 */
public record UndecodableTask(TaskId task, Position position, long offset, String reason) {}
