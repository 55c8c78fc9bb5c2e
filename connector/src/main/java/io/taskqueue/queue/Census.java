package io.taskqueue.queue;

import io.taskqueue.queue.QueueSnapshot.Entry;
import io.taskqueue.queue.QueueSnapshot.State;
import io.taskqueue.queue.TaskState.Dead;
import io.taskqueue.queue.TaskState.Delayed;
import io.taskqueue.queue.TaskState.Leased;
import io.taskqueue.queue.TaskState.Pending;
import java.util.ArrayList;
import java.util.List;

/** Takes stock of a queue. Used inside its lock. */
final class Census<T> {

    private final QueueCore<T> core;
    private final DeadLetters<T> deadLetters;

    Census(QueueCore<T> core, DeadLetters<T> deadLetters) {
        this.core = core;
        this.deadLetters = deadLetters;
    }

    QueueCounts counts() {
        return new QueueCounts(
                core.tasks.pending(),
                core.tasks.delayed(),
                core.tasks.leased(),
                core.tally.totals(),
                core.emitter.listenerFailures(),
                deadLetters.failures());
    }

    QueueSnapshot<T> snapshot() {
        List<Entry<T>> entries = new ArrayList<>();
        core.tasks.forEachState(state -> entries.add(entry(state)));
        return new QueueSnapshot<>(core.settings.name(), core.emitter.number(), entries, counts());
    }

    private static <T> Entry<T> entry(TaskState<T> state) {
        if (state instanceof Pending<T> pending) {
            return new Entry<>(pending.task(), State.PENDING, pending.lastError(), pending.lastToken(), null);
        }
        if (state instanceof Delayed<T> delayed) {
            return new Entry<>(delayed.task(), State.DELAYED, delayed.lastError(), delayed.lastToken(), null);
        }
        if (state instanceof Leased<T> leased) {
            return new Entry<>(leased.task(), State.LEASED, leased.lastError(), leased.token(), leased.expiresAt());
        }
        Dead<T> dead = (Dead<T>) state;
        return new Entry<>(dead.task(), State.DEAD, dead.lastError(), dead.lastToken(), null);
    }
}
