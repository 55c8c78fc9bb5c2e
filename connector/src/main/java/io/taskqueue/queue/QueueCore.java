package io.taskqueue.queue;

import io.taskqueue.event.Task;
import io.taskqueue.event.TaskId;
import io.taskqueue.queue.QueueSnapshot.Entry;
import io.taskqueue.queue.QueueSnapshot.State;
import io.taskqueue.queue.TaskState.Dead;
import io.taskqueue.queue.TaskState.Delayed;
import io.taskqueue.queue.TaskState.Leased;
import io.taskqueue.queue.TaskState.Pending;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A queue without its threads: what enters it, what leaves it, and its lifecycle. What happens in between is {@link Leasing}.
 *
 * <p>Each method but {@link #usedJournal} is called inside the lock. {@link #drain} and {@link #awaitDrained} wait, and release
 * the lock meanwhile; no other method does.
 */
final class QueueCore<T> {

    final QueueSettings<T> settings;
    final QueueLock lock;
    final DeadLetters<T> deadLetters;
    final EventEmitter<T> events;
    final TaskTable<T> tasks;
    final Leasing<T> leasing;

    private volatile QueueLifecycle lifecycle = new QueueLifecycle.Open();
    private volatile @Nullable Journal<T> usedJournal;
    private long lastSequenceId;

    QueueCore(QueueSettings<T> settings, RandomGenerator random) {
        this.settings = settings;
        lock = new QueueLock(settings.name());
        deadLetters = new DeadLetters<>(settings.name(), settings.callbacks().deadLetterHandler());
        events = new EventEmitter<>(settings.name(), settings.callbacks().listeners(), lock);
        tasks = new TaskTable<>(settings, lock);
        leasing = new Leasing<>(settings, tasks, events, deadLetters, random);
    }

    /** May be read outside the lock. */
    QueueLifecycle lifecycle() {
        return lifecycle;
    }

    void requireOpen(String call) {
        if (!(lifecycle instanceof QueueLifecycle.Open)) {
            throw lifecycle.refusal(settings.name(), call);
        }
    }

    /**
     * The journal for a call that may emit: no other can be attached from now on, so that none misses an event. Called outside
     * the lock, which it takes the first time.
     */
    Journal<T> usedJournal(String call) {
        Journal<T> known = usedJournal;
        if (known == null) {
            lock.enter(call);
            try {
                known = events.fixedJournal();
                usedJournal = known;
            } finally {
                lock.exit();
            }
        }
        return known;
    }

    /**
     * Performs what is due: every call does so first, and the sweeper when there are no calls. A queue whose journal lost an
     * event is stopped, because the replicated history would no longer be the queue's own.
     */
    void sweep() {
        Throwable failure = events.journalFailure();
        if (failure != null) {
            String reason = failure.getMessage() == null ? failure.toString() : failure.getMessage();
            stop("its journal failed: " + reason, failure);
        }
        if (!(lifecycle instanceof QueueLifecycle.Stopped)) {
            long now = settings.time().nanos();
            leasing.expireDue(now);
            leasing.requeueDue(now);
        }
    }

    /** Accepts a new task, for whose event one place is reserved. */
    TaskId enqueue(T payload, byte[] bytes) {
        Instant at = settings.time().instant();
        TaskId id = new TaskId(settings.name(), events.journal().epoch(), lastSequenceId + 1);
        Pending<T> state = new Pending<>(new Task<>(id, 1, at, payload), null, null);
        LiveTask<T> task = new LiveTask<>(state, bytes, 1);
        lastSequenceId++;
        events.enqueued(task, state, at);
        tasks.toPending(task, state);
        return id;
    }

    /**
     * Puts drained tasks back: all of them or, when one is refused, none.
     *
     * @param bytes the payload of each, as the journal encoded it
     */
    void restore(List<DrainedTask<T>> restored, List<byte[]> bytes) {
        requireAbsent(restored);
        restored.forEach(drained -> claimIdentity(drained.task().id()));
        for (int i = 0; i < restored.size(); i++) {
            DrainedTask<T> drained = restored.get(i);
            Pending<T> state = new Pending<>(drained.task(), drained.lastError(), drained.lastToken());
            LiveTask<T> task = new LiveTask<>(state, bytes.get(i), 0);
            events.restored(task, state, settings.time().instant());
            tasks.toPending(task, state);
        }
    }

    private void requireAbsent(List<DrainedTask<T>> restored) {
        Map<TaskId, String> present = new HashMap<>();
        tasks.forEachState(state -> present.put(
                state.task().id(), "is " + state.getClass().getSimpleName().toLowerCase(Locale.ROOT) + " there"));
        for (DrainedTask<T> drained : restored) {
            String where = present.put(drained.task().id(), "is given twice");
            if (where != null) {
                throw new IllegalArgumentException("Task " + drained.task().id() + " cannot be restored into queue "
                        + settings.name() + ": a task of this identity " + where
                        + ". Restore a drained task once, into a queue that does not hold it; nothing was restored.");
            }
        }
    }

    /** Keeps new tasks from being given an identity that a restored task has. */
    private void claimIdentity(TaskId id) {
        if (id.queueName().equals(settings.name())
                && id.epoch() == events.journal().epoch()) {
            lastSequenceId = Math.max(lastSequenceId, id.sequenceId());
        }
    }

    /**
     * Drains the queue: refuses new work, waits for the holders of leases, then removes every task: pending, then delayed, then
     * those whose leases it revokes.
     *
     * @param limitNanos how long holders of leases may take; an interruption ends the waiting and is kept
     * @throws QueueClosedException if the queue is not open, or is stopped while this call waits
     */
    List<DrainedTask<T>> drain(String call, long limitNanos) {
        if (!(lifecycle instanceof QueueLifecycle.Open open)) {
            throw lifecycle.refusal(settings.name(), call);
        }
        QueueLifecycle.Draining draining = open.drain(call);
        lifecycle = draining;
        endWaiting();
        awaitHolders(limitNanos);
        if (lifecycle instanceof QueueLifecycle.Stopped stopped) {
            throw stopped.refusal(settings.name(), call);
        }
        List<DrainedTask<T>> drained = removeAll(call);
        lifecycle = draining.close();
        lock.wakeAll();
        return drained;
    }

    /** Waits while another thread drains the queue. */
    void awaitDrained() {
        while (lifecycle instanceof QueueLifecycle.Draining) {
            lock.noLeases.awaitUninterruptibly();
        }
    }

    private void awaitHolders(long limitNanos) {
        boolean interrupted = false;
        long left = limitNanos;
        while (left > 0 && tasks.leased() > 0 && lifecycle instanceof QueueLifecycle.Draining) {
            try {
                left = lock.noLeases.awaitNanos(left);
            } catch (InterruptedException e) {
                interrupted = true;
                left = 0;
            }
            sweep();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private List<DrainedTask<T>> removeAll(String call) {
        List<DrainedTask<T>> drained = new ArrayList<>();
        for (LiveTask<T> task = tasks.pollPending(); task != null; task = tasks.pollPending()) {
            Pending<T> state = (Pending<T>) task.state;
            drained.add(emitDrained(task, new DrainedTask<>(state.task(), state.lastError(), state.lastToken())));
        }
        for (LiveTask<T> task = tasks.firstDelayed(); task != null; task = tasks.firstDelayed()) {
            tasks.removeDelayed(task);
            drained.add(emitDrained(task, drainedOf((Delayed<T>) task.state)));
        }
        for (LiveTask<T> task = tasks.firstLeased(); task != null; task = tasks.firstLeased()) {
            drained.add(emitDrained(task, drainedOf(leasing.revoke(task, call))));
        }
        return List.copyOf(drained);
    }

    private DrainedTask<T> emitDrained(LiveTask<T> task, DrainedTask<T> drained) {
        events.drained(task, drained, settings.time().instant());
        return drained;
    }

    private static <T> DrainedTask<T> drainedOf(Delayed<T> state) {
        return new DrainedTask<>(state.task(), state.lastError(), state.lastToken());
    }

    /** Nothing changes from now on, and no event is emitted. Does nothing if the queue has ended. */
    void stop(String reason, @Nullable Throwable cause) {
        QueueLifecycle stopped = lifecycle.stop(reason, cause);
        if (stopped == lifecycle) {
            return;
        }
        lifecycle = stopped;
        Lease.Ending ending = new Lease.Ending.Stopped(stopped);
        tasks.forEachLive((task, state) -> {
            events.releasePlaces(task);
            task.endLease(ending);
        });
        endWaiting();
    }

    private void endWaiting() {
        events.fixedJournal().endWaiting();
        lock.wakeAll();
    }

    QueueCounts counts() {
        return new QueueCounts(
                tasks.pending(),
                tasks.delayed(),
                tasks.leased(),
                events.totals(),
                events.listenerFailures(),
                deadLetters.failures());
    }

    QueueSnapshot<T> snapshot() {
        List<Entry<T>> entries = new ArrayList<>();
        tasks.forEachState(state -> entries.add(entry(state)));
        return new QueueSnapshot<>(settings.name(), events.number(), entries, counts());
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
