package io.taskqueue.queue;

import io.taskqueue.event.TaskId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Puts drained tasks into a queue: all of them or, when one is refused, none. */
final class Restoration<T> {

    private static final String CALL = "restore()";

    private final QueueCore<T> core;

    Restoration(QueueCore<T> core) {
        this.core = core;
    }

    void restore(Collection<DrainedTask<T>> tasks) {
        List<DrainedTask<T>> given = List.copyOf(tasks);
        List<byte[]> bytes = new ArrayList<>(given.size());
        Journal<T> journal = core.usedJournal(CALL);
        for (DrainedTask<T> drained : given) {
            bytes.add(journal.encode(drained.task().payload()));
        }
        core.monitor.enter(CALL);
        try {
            core.sweep();
            core.requireOpen(CALL);
            requireAbsent(given);
            given.forEach(drained -> core.claimIdentity(drained.task().id()));
            for (int i = 0; i < given.size(); i++) {
                DrainedTask<T> drained = given.get(i);
                core.restore(
                        new TaskState.Pending<>(drained.task(), drained.lastError(), drained.lastToken()),
                        bytes.get(i));
            }
        } finally {
            core.monitor.exit();
        }
    }

    private void requireAbsent(List<DrainedTask<T>> given) {
        Map<TaskId, String> present = new HashMap<>();
        core.tasks.forEachState(state -> present.put(
                state.task().id(), "is " + state.getClass().getSimpleName().toLowerCase(Locale.ROOT) + " there"));
        for (DrainedTask<T> drained : given) {
            String where = present.put(drained.task().id(), "is given twice");
            if (where != null) {
                throw new IllegalArgumentException("Task " + drained.task().id() + " cannot be restored into queue "
                        + core.settings.name() + ": a task of this identity " + where
                        + ". Restore a drained task once, into a queue that does not hold it; nothing was restored.");
            }
        }
    }
}
