package io.taskqueue.queue;

import io.taskqueue.event.Task;
import io.taskqueue.event.TaskId;
import io.taskqueue.queue.TaskState.Delayed;
import io.taskqueue.queue.TaskState.Pending;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A queue without its threads: what comes in, what goes out, and whether it is open. What happens in between is {@link
 * Leasing}. Each method but {@link #usedJournal} is called inside the lock, and none waits.
 */
final class QueueCore<T> {

    /** What a queue is made of, for its whole life. */
    record Parts<T>(
            QueueSettings settings,
            QueueClock clock,
            QueueMonitor monitor,
            Emitter<T> emitter,
            DeadLetters<T> deadLetters,
            LeaseIds leaseIds) {}

    final QueueSettings settings;
    final QueueClock clock;
    final QueueMonitor monitor;
    final Emitter<T> emitter;
    final Tasks<T> tasks;
    final Leasing<T> leasing;
    final Tally tally = new Tally();

    private final EventWriter<T> events;
    private volatile QueueLife life = new QueueLife.Open();
    private volatile @Nullable Journal<T> usedJournal;
    private long lastSequenceId;

    QueueCore(Parts<T> parts) {
        settings = parts.settings();
        clock = parts.clock();
        monitor = parts.monitor();
        emitter = parts.emitter();
        events = new EventWriter<>(emitter);
        tasks = new Tasks<>(settings, monitor);
        leasing = new Leasing<>(parts, tasks, events, tally);
    }

    QueueLife life() {
        return life;
    }

    void requireOpen(String call) {
        if (!(life instanceof QueueLife.Open)) {
            throw life.refusal(settings.name(), call);
        }
    }

    /** The journal for a call that may emit: from here on none can be attached, so none misses an event. */
    Journal<T> usedJournal(String call) {
        Journal<T> known = usedJournal;
        if (known == null) {
            monitor.enter(call);
            try {
                known = emitter.fixedJournal();
                usedJournal = known;
            } finally {
                monitor.exit();
            }
        }
        return known;
    }

    /**
     * Lets the time pass: every call does so first, and the sweeper when no one calls. A queue whose journal lost an event
     * is stopped, because going on would make what is replicated another history.
     */
    void sweep() {
        Throwable failure = emitter.journalFailure();
        if (failure != null) {
            String said = failure.getMessage() == null ? failure.toString() : failure.getMessage();
            stop("its journal failed: " + said, failure);
        }
        if (!(life instanceof QueueLife.Stopped)) {
            long now = clock.nanos();
            leasing.expireDue(now);
            leasing.requeueDue(now);
        }
    }

    /** Takes a new task, for whose event one place is reserved. */
    TaskId enqueue(T payload, byte[] bytes) {
        Instant at = clock.instant();
        TaskId id = new TaskId(settings.name(), emitter.journal().epoch(), lastSequenceId + 1);
        Pending<T> state = new Pending<>(new Task<>(id, 1, at, payload), null, null);
        LiveTask<T> task = new LiveTask<>(state, bytes, 1);
        lastSequenceId++;
        tally.enqueued++;
        events.enqueued(task, state, at);
        tasks.toPending(task, state);
        return id;
    }

    /** Leases the task that has been pending longest. There is one, and the places of the lease are reserved. */
    Grant<T> lease() {
        Instant at = clock.instant(); // first: the clock may be a user's, and fail
        LiveTask<T> task = tasks.pollPending();
        if (task == null) {
            throw new IllegalStateException("Queue " + settings.name() + " has no pending task. This is a defect.");
        }
        return leasing.lease(task, at);
    }

    /** Puts a task back, whose identity no task of the queue has. */
    void restore(Pending<T> state, byte[] bytes) {
        LiveTask<T> task = new LiveTask<>(state, bytes, 0);
        tally.restored++;
        events.restored(task, state, clock.instant());
        tasks.toPending(task, state);
    }

    /** Keeps new tasks from being given an identity that a restored task has. */
    void claimIdentity(TaskId id) {
        if (id.queueName().equals(settings.name())
                && id.epoch() == emitter.journal().epoch()) {
            lastSequenceId = Math.max(lastSequenceId, id.sequenceId());
        }
    }

    /** No new work and no new leases from now on. */
    QueueLife.Draining startDraining(QueueLife.Open open, String call) {
        QueueLife.Draining draining = open.drain(call);
        life = draining;
        endWaiting();
        return draining;
    }

    /** Takes every task out: pending, then delayed, then those whose leases it revokes. */
    void finishDraining(QueueLife.Draining draining, List<DrainedTask<T>> into) {
        for (LiveTask<T> task = tasks.pollPending(); task != null; task = tasks.pollPending()) {
            Pending<T> state = (Pending<T>) task.state;
            into.add(handOut(task, new DrainedTask<>(state.task(), state.lastError(), state.lastToken())));
        }
        for (LiveTask<T> task = tasks.firstDelayed(); task != null; task = tasks.firstDelayed()) {
            tasks.removeDelayed(task);
            into.add(handOut(task, drainedOf((Delayed<T>) task.state)));
        }
        for (LiveTask<T> task = tasks.firstLeased(); task != null; task = tasks.firstLeased()) {
            into.add(handOut(task, drainedOf(leasing.revoke(task, draining.call()))));
        }
        life = draining.close();
        monitor.wakeEveryone();
    }

    /** Nothing changes from now on, and no event is emitted. Does nothing if the queue has ended. */
    void stop(String reason, @Nullable Throwable cause) {
        if (life instanceof QueueLife.Open || life instanceof QueueLife.Draining) {
            QueueLife.Stopped stopped = new QueueLife.Stopped(reason, cause);
            life = stopped;
            LeaseEnding ending = new LeaseEnding.Stopped(settings.name(), stopped);
            tasks.forEachLive((task, state) -> {
                emitter.releasePlaces(task);
                task.endLease(ending);
            });
            endWaiting();
        }
    }

    private void endWaiting() {
        emitter.fixedJournal().endWaiting();
        monitor.wakeEveryone();
    }

    private DrainedTask<T> handOut(LiveTask<T> task, DrainedTask<T> drained) {
        tally.drained++;
        events.drained(task, drained, clock.instant());
        return drained;
    }

    private static <T> DrainedTask<T> drainedOf(Delayed<T> state) {
        return new DrainedTask<>(state.task(), state.lastError(), state.lastToken());
    }
}
