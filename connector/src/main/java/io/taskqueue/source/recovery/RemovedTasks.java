package io.taskqueue.source.recovery;

import io.taskqueue.event.Position;
import java.util.Optional;

/**
 * Live tasks that are gone, because the topic no longer holds any event of them: retention or an operator removed records that
 * were still needed.
 *
 * @param gone how many tasks are gone
 * @param live how many tasks were live, those that are gone included
 * @param exact whether both numbers are exact; otherwise they count the tasks that were live when the low-water mark was written, of
 *     which some may have ended in the events that were removed
 * @param firstLeft the position of the first event of the queue that the topic still holds, if it holds one
 */
public record RemovedTasks(long gone, long live, boolean exact, Optional<Position> firstLeft) {}
