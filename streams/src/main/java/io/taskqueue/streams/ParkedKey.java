package io.taskqueue.streams;

import io.taskqueue.event.TaskId;
import org.apache.kafka.common.Uuid;

/** Which event is parked. */
record ParkedKey(TaskId task, long offset, Uuid topicId) {}
