package io.taskqueue.queue;

import io.taskqueue.event.Task;
import io.taskqueue.event.TaskId;
import io.taskqueue.queue.EventEmitter.JournalFailedException;
import io.taskqueue.queue.QueueSnapshot.Entry;
import io.taskqueue.queue.QueueSnapshot.State;
import io.taskqueue.queue.TaskState.Dead;
import io.taskqueue.queue.TaskState.Delayed;
import io.taskqueue.queue.TaskState.Leased;
import io.taskqueue.queue.TaskState.Pending;
import io.taskqueue.queue.TaskTable.LiveTask;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A queue without its threads: what enters it, what leaves it, and its lifecycle. What happens in between is {@link Leasing}.
 *
 * <p>Each method but {@link #usedJournal} is called inside the lock. {@link #drain} and {@link #awaitDrained} wait, and release
 * the lock meanwhile; no other method does.
 */
final class QueueCore<T> {

    private static final Logger LOG = System.getLogger(QueueCore.class.getName());

    final QueueSettings<T> settings;
    final QueueLock lock;
    final DeadLetters<T> deadLetters;
    final EventEmitter<T> events;
    final TaskTable<T> tasks;
    final Leasing<T> leasing;
    final CallbackFailures timeFailures;

    private volatile QueueLifecycle lifecycle = new QueueLifecycle.Open();
    private volatile @Nullable Journal<T> usedJournal;
    private long lastSequenceId;

    QueueCore(QueueSettings<T> settings, RandomGenerator random) {
        this.settings = settings;
        lock = new QueueLock(settings.name());
        deadLetters = new DeadLetters<>(settings.name(), settings.callbacks());
        events = new EventEmitter<>(settings.name(), settings.callbacks().listeners());
        tasks = new TaskTable<>(settings, lock);
        timeFailures = new CallbackFailures(
                "The clock or the ticker of queue " + settings.name(),
                "what is due is performed when the queue is called or swept again");
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

    /** Whether there is a task to lease, and the journal grants leases. */
    boolean hasLeasable() {
        return tasks.hasPending() && events.journal().grantsLeases();
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

    /** Performs a call inside the lock, after what is due. */
    <R> R perform(String call, Supplier<R> action) {
        lock.enter(call);
        try {
            sweep();
            return action.get();
        } catch (JournalFailedException e) {
            throw stopFor(e).refusal(settings.name(), call);
        } finally {
            lock.exit();
        }
    }

    /** Performs what is due: every call does so first, and the sweeper when there are no calls. */
    void sweep() {
        if (!lifecycle.hasEnded()) {
            long now = settings.time().nanos();
            if (leasing.hasDue(now)) {
                Instant at = settings.time().instant();
                leasing.expireDue(now, at);
                leasing.requeueDue(now, at);
            }
        }
    }

    /**
     * Sweeps where the caller continues whatever happens: that the user's clock or ticker threw is logged.
     *
     * @return whether all that was due has been performed
     */
    boolean trySweep() {
        try {
            sweep();
            return true;
        } catch (JournalFailedException e) {
            stopFor(e);
            return true;
        } catch (RuntimeException | Error e) {
            timeFailures.add("a sweep", e);
            return false;
        }
    }

    /** Stops a queue whose journal lost an event: the replicated history would no longer be the queue's own. */
    QueueLifecycle stopFor(JournalFailedException failure) {
        stop(String.valueOf(failure.getMessage()), failure.getCause());
        LOG.log(Level.ERROR, "Queue " + settings.name() + " is stopped: " + failure.getMessage(), failure.getCause());
        return lifecycle;
    }

    /** Accepts a new task, for whose event one place is reserved. */
    TaskId enqueue(T payload, byte[] bytes) {
        Instant at = settings.time().instant();
        TaskId id = new TaskId(settings.name(), events.journal().epoch(), lastSequenceId + 1);
        Pending<T> state = new Pending<>(new Task<>(id, 1, at, payload), null, null);
        LiveTask<T> task = new LiveTask<>(state, bytes);
        events.enqueued(task, state, at);
        lastSequenceId++;
        tasks.addPending(task);
        return id;
    }

    /**
     * Puts drained tasks back: all of them or, when one is refused, none.
     *
     * @param bytes the payload of each, as the journal encoded it
     */
    void restore(List<DrainedTask<T>> restored, List<byte[]> bytes) {
        requireAbsent(restored);
        Instant at = settings.time().instant();
        for (int i = 0; i < restored.size(); i++) {
            DrainedTask<T> drained = restored.get(i);
            Pending<T> state = new Pending<>(drained.task(), drained.lastError(), drained.lastToken());
            LiveTask<T> task = new LiveTask<>(state, bytes.get(i));
            events.restored(task, state, at);
            claimIdentity(drained.task().id());
            tasks.addPending(task);
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
     * those whose leases it revokes. Once it has begun, it ends, whatever the user's clock does. A queue that is drained or closed
     * has nothing to drain; one that another thread drains is waited for.
     *
     * @param limitNanos how long holders of leases may take; an interruption ends the waiting and is kept
     * @throws QueueClosedException if the queue is stopped, also while this call waits
     */
    List<DrainedTask<T>> drain(String call, long limitNanos) {
        awaitDrained();
        if (lifecycle instanceof QueueLifecycle.Open open) {
            Moment begin = moment();
            QueueLifecycle.Draining draining = open.drain(call);
            lifecycle = draining;
            endWaiting();
            awaitHolders(limitNanos);
            if (lifecycle == draining) {
                List<DrainedTask<T>> drained = removeAll(call, latest(begin));
                lifecycle = draining.close();
                lock.wakeAll();
                return drained;
            }
        }
        if (lifecycle instanceof QueueLifecycle.Stopped stopped) {
            throw stopped.refusal(settings.name(), call);
        }
        return List.of();
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
            trySweep();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** One reading of clock and ticker. */
    private record Moment(Instant at, long nanos) {}

    private Moment moment() {
        return new Moment(settings.time().instant(), settings.time().nanos());
    }

    /** The time now or, if the user's clock or ticker throws, the earlier reading. */
    private Moment latest(Moment earlier) {
        try {
            return moment();
        } catch (RuntimeException | Error e) {
            timeFailures.add("the end of a drain, whose events have the time of its beginning", e);
            return earlier;
        }
    }

    private List<DrainedTask<T>> removeAll(String call, Moment now) {
        List<DrainedTask<T>> drained = new ArrayList<>(tasks.pending() + tasks.delayed() + tasks.leased());
        for (LiveTask<T> task = tasks.firstPending(); task != null; task = tasks.firstPending()) {
            Pending<T> state = (Pending<T>) task.state;
            drained.add(remove(task, new DrainedTask<>(state.task(), state.lastError(), state.lastToken()), now.at));
        }
        for (LiveTask<T> task = tasks.firstDelayed(); task != null; task = tasks.firstDelayed()) {
            drained.add(removeDelayed(task, now.at));
        }
        for (LiveTask<T> task = tasks.firstLeased(); task != null; task = tasks.firstLeased()) {
            leasing.revoke(task, call, now.nanos, now.at);
            drained.add(removeDelayed(task, now.at));
        }
        return Collections.unmodifiableList(drained);
    }

    private DrainedTask<T> removeDelayed(LiveTask<T> task, Instant at) {
        Delayed<T> state = (Delayed<T>) task.state;
        return remove(task, new DrainedTask<>(state.task(), state.lastError(), state.lastToken()), at);
    }

    private DrainedTask<T> remove(LiveTask<T> task, DrainedTask<T> drained, Instant at) {
        events.drained(task, drained, at);
        tasks.remove(task);
        events.releasePlaces(task);
        return drained;
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
