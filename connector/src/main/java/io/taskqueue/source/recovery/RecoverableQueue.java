package io.taskqueue.source.recovery;

import io.taskqueue.fold.FoldedTask;
import java.util.List;

/**
 * The live tasks of a queue, as its events state them.
 *
 * @param tasks in the order of their latest events, which is the order in which a recovery restores them
 * @param report what was read
 */
public record RecoverableQueue<T>(List<FoldedTask<T>> tasks, RecoveryReport report) {

    public RecoverableQueue {
        tasks = List.copyOf(tasks);
    }
}
