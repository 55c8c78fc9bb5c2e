package io.taskqueue.source.recovery;

import io.taskqueue.event.Position;
import io.taskqueue.event.TaskId;
import java.time.Instant;

/**
 * A record of a live task, not decoded.
 *
 * @param task the task, by the record's headers
 * @param writtenAt the record's timestamp
 * @param value the record's value; must not be modified
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere
record UndecodedRecord(TaskId task, Position position, long offset, Instant writtenAt, byte[] value) {}
