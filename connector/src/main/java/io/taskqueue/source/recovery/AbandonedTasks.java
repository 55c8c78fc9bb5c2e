package io.taskqueue.source.recovery;

import java.time.Instant;
import java.util.Optional;

/**
 * Live tasks of earlier owners of a queue, which its source does not work on because it was started without a recovery. They stay on
 * the topic until a source of the queue starts with one.
 *
 * @param count how many tasks
 * @param oldest when the oldest of them was enqueued, if there is one
 */
public record AbandonedTasks(long count, Optional<Instant> oldest) {}
