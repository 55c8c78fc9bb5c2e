package io.taskqueue.queue;

import io.taskqueue.event.Task;
import io.taskqueue.event.TaskId;
import io.taskqueue.event.TraceContext;
import io.taskqueue.queue.EventEmitter.JournalFailedException;
import io.taskqueue.queue.QueueSnapshot.Entry;
import io.taskqueue.queue.QueueSnapshot.State;
import io.taskqueue.queue.TaskState.Delayed;
import io.taskqueue.queue.TaskState.Leased;
import io.taskqueue.queue.TaskState.Pending;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A queue without its threads: what enters it, what leaves it, and its lifecycle. What happens in between is {@link Leasing}.
 *
 * <p>Each method but {@link #usedJournal} is called inside the lock. {@link #drain} and {@link #awaitDrained} wait, and release
 * the lock meanwhile; no other method does.
 */
final class QueueCore<T> {

    private static final Logger LOG = System.getLogger(QueueCore.class.getName());

    /** Places in the journal that an enqueue with a delay needs: for its event, and the one at the end of the delay. */
    static final int DELAYED_PLACES = 2;

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
        timeFailures = new CallbackFailures(
                "The clock or the ticker of queue " + settings.name(),
                "what is due is performed when the queue is called or swept again");
        lock = new QueueLock(settings.name(), settings.time(), timeFailures);
        deadLetters = new DeadLetters<>(settings.name(), settings.callbacks());
        events = new EventEmitter<>(settings.name(), settings.callbacks().listeners());
        tasks = new TaskTable<>(settings, lock);
        leasing = new Leasing<>(settings, tasks, events, deadLetters, random);
    }

    /** May be read outside the lock. */
    QueueLifecycle lifecycle() {
        return lifecycle;
    }

    /** Whether work is accepted and leased now, and not only once a recovery is complete. */
    boolean isOpen() {
        return lifecycle instanceof QueueLifecycle.Open;
    }

    void requireAccepting(String call) {
        if (!(lifecycle instanceof QueueLifecycle.Accepting)) {
            throw lifecycle.refusal(settings.name(), call);
        }
    }

    /** Attaches the journal of a queue whose tasks are to be recovered. */
    void attachRecovering(Journal<T> journal) {
        requireAccepting("attachRecovering()");
        events.attach(journal);
        lifecycle = ((QueueLifecycle.Open) lifecycle).recovering();
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
                leasing.endDelaysDue(now, at);
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

    /**
     * A task as its caller enqueues it.
     *
     * @param bytes the payload, as the journal encoded it
     * @param trace the trace in which it is enqueued, or null
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record NewTask<T>(T payload, byte[] bytes, EnqueueOptions options, @Nullable TraceContext trace) {}

    /** Accepts a new task, for whose event one place is reserved. */
    TaskId enqueue(NewTask<T> task) {
        Instant at = settings.time().instant();
        return enter(new Pending<>(task(task, at), null, null), task.bytes, at);
    }

    /** Accepts a new task that is pending after a delay; a place is reserved for its event, and one for the end of the delay. */
    TaskId enqueueDelayed(NewTask<T> task) {
        Moment now = moment();
        Duration delay = task.options.delay();
        tasks.makeRoom(0, 1);
        return enter(
                new Delayed<>(task(task, now.at), null, null, now.nanos + delay.toNanos(), now.at.plus(delay)),
                task.bytes,
                now.at);
    }

    /**
     * Accepts new tasks, for each of whose events a place is reserved.
     *
     * @param ids receives their identities, as they are accepted
     */
    void enqueueAll(List<T> payloads, List<byte[]> bytes, @Nullable TraceContext trace, List<TaskId> ids) {
        Instant at = settings.time().instant();
        for (int i = 0; i < payloads.size(); i++) {
            NewTask<T> task = new NewTask<>(payloads.get(i), bytes.get(i), EnqueueOptions.none(), trace);
            ids.add(enter(new Pending<>(task(task, at), null, null), task.bytes, at));
        }
    }

    private Task<T> task(NewTask<T> task, Instant at) {
        TaskId id = new TaskId(settings.name(), events.journal().epoch(), lastSequenceId + 1);
        return new Task<>(id, 1, at, task.payload, task.options.key(), 1, task.trace, task.options.priority());
    }

    private TaskId enter(TaskState<T> state, byte[] bytes, Instant at) {
        LiveTask<T> task = new LiveTask<>(state, bytes);
        enter(task, () -> events.enqueued(task, at));
        task.places = state instanceof Delayed ? DELAYED_PLACES - 1 : 0;
        lastSequenceId++;
        tasks.add(task);
        return state.task().id();
    }

    /**
     * Grants leases as one call after the other would, as long as tasks are pending and there are places for them at once. There is a
     * pending task, and the places of the first lease are reserved.
     */
    List<Lease<T>> leaseAll(Lease.Grantor<T> grantor, int max) {
        List<Lease<T>> granted = new ArrayList<>(Math.min(max, tasks.pending()));
        granted.add(leasing.grant(grantor));
        int reserved = events.tryReserve(Math.min(max - 1, tasks.pending()), Leasing.PLACES);
        try {
            while (reserved > 0 && hasLeasable()) {
                granted.add(leasing.grant(grantor));
                reserved--;
            }
        } catch (JournalFailedException e) {
            stopFor(e);
        } catch (RuntimeException | Error e) {
            // the leases before are granted: their workers get them, and the next call gets the error, if it persists
            timeFailures.add("a grant of several leases", e);
        } finally {
            if (reserved > 0) {
                events.journal().release(reserved * Leasing.PLACES);
            }
        }
        return granted;
    }

    /** The live task of a key, which is known once a recovery is complete. */
    @Nullable
    TaskId live(@Nullable String key) {
        LiveTask<T> task = key == null || !isOpen() ? null : tasks.ofKey(key);
        return task == null ? null : task.state.task().id();
    }

    /** Emits the event with which a task enters the queue; its key is known before, because that may fail as well. */
    private void enter(LiveTask<T> task, Runnable event) {
        boolean entered = false;
        tasks.addKey(task);
        try {
            event.run();
            entered = true;
        } finally {
            if (!entered) {
                tasks.removeKey(task);
            }
        }
    }

    /**
     * Puts drained tasks back: all of them or, when one is refused, none.
     *
     * @param bytes the payload of each, as the journal encoded it
     */
    void restore(List<DrainedTask<T>> restored, List<byte[]> bytes) {
        if (lifecycle instanceof QueueLifecycle.Recovering) {
            throw new IllegalStateException("Queue " + settings.name()
                    + " is recovering its tasks, so restore() was refused. Call it after the recovery is complete.");
        }
        requireAbsent(restored.stream().map(DrainedTask::task));
        Moment now = moment();
        List<LiveTask<T>> entering = new ArrayList<>(restored.size());
        int delayed = 0;
        for (int i = 0; i < restored.size(); i++) {
            TaskState<T> state = restored.get(i).state(now.at, now.nanos);
            delayed += state instanceof Delayed ? 1 : 0;
            entering.add(new LiveTask<>(state, bytes.get(i)));
        }
        tasks.makeRoom(0, delayed);
        entering.forEach(task -> restore(task, now.at));
    }

    /**
     * Puts the live tasks of an earlier queue into this one, each in its state: all of them or, when one is refused, none. The clock is
     * read once: from here on the ticker decides when a recovered lease expires or a delay ends. Ends a recovery.
     *
     * @param bytes the payload of each, as the journal encoded it
     */
    void recover(List<RecoveredTask<T>> recovered, List<byte[]> bytes) {
        requireAbsent(recovered.stream().map(RecoveredTask::task));
        Moment now = moment();
        List<LiveTask<T>> pending = new ArrayList<>();
        List<LiveTask<T>> delayed = new ArrayList<>();
        List<LiveTask<T>> leased = new ArrayList<>();
        for (int i = 0; i < recovered.size(); i++) {
            TaskState<T> state = recovered.get(i).state(settings.timing(), now.at, now.nanos);
            List<LiveTask<T>> ofState =
                    state instanceof Pending ? pending : state instanceof Delayed ? delayed : leased;
            ofState.add(new LiveTask<>(state, bytes.get(i)));
        }
        tasks.makeRoom(leased.size(), delayed.size());
        for (List<LiveTask<T>> ofState : List.of(pending, delayed, leased)) {
            ofState.forEach(task -> restore(task, now.at));
        }
        if (lifecycle instanceof QueueLifecycle.Recovering recovering) {
            lifecycle = recovering.recovered();
        }
        lock.wakeAll();
        trySweep();
    }

    private void restore(LiveTask<T> task, Instant at) {
        TaskId id = task.state.task().id();
        enter(task, () -> events.restored(task, at));
        tasks.forgetDead(id);
        claimIdentity(id);
        tasks.add(task);
    }

    private void requireAbsent(Stream<Task<T>> restored) {
        Set<TaskId> identities = new HashSet<>();
        restored.forEach(task -> {
            if (!identities.add(task.id())) {
                throw cannotRestore(task.id(), "is given twice");
            }
        });
        tasks.forEachLive((task, state) -> {
            if (identities.contains(state.task().id())) {
                throw cannotRestore(
                        state.task().id(),
                        "is " + state.getClass().getSimpleName().toLowerCase(Locale.ROOT) + " there");
            }
        });
    }

    private IllegalArgumentException cannotRestore(TaskId task, String where) {
        return new IllegalArgumentException("Task " + task + " cannot be restored into queue " + settings.name()
                + ": a task of this identity " + where
                + ". Restore a task once, into a queue that does not hold it; nothing was restored.");
    }

    /**
     * Emits a Snapshot for each of the tasks that the queue holds, as long as there is room for it.
     *
     * @return how many
     */
    int writeSnapshots(Set<TaskId> wanted) {
        if (lifecycle.hasEnded()) {
            return 0;
        }
        Instant at = settings.time().instant();
        List<LiveTask<T>> found = new ArrayList<>();
        tasks.forEachLive((task, state) -> {
            if (wanted.contains(state.task().id())) {
                found.add(task);
            }
        });
        int written = 0;
        for (LiveTask<T> task : found) {
            if (!events.emitIfRoom(() -> events.snapshot(task, at))) {
                break;
            }
            written++;
        }
        return written;
    }

    /** Keeps new tasks from being given an identity that a restored task has. */
    private void claimIdentity(TaskId id) {
        if (id.queueName().equals(settings.name())
                && id.epoch() == events.journal().epoch()) {
            lastSequenceId = Math.max(lastSequenceId, id.sequenceId());
        }
    }

    /** Who receives the tasks of a drain. */
    enum Recipient {
        CALLER,
        NEXT_OWNER
    }

    /**
     * Drains the queue: refuses new work, waits for the holders of leases, then removes every task: pending, then delayed, then
     * those whose leases it revokes. Once it has begun, it ends, whatever the user's clock does. A queue that is drained or closed
     * has nothing to drain; one that another thread drains is waited for.
     *
     * <p>A recovered lease may still be held by a worker of the earlier queue. A drain for the caller waits for it as well, so that the
     * caller does not get its task early; the event states when the task is available.
     *
     * @param limitNanos how long holders of leases may take; an interruption ends the waiting and is kept
     * @throws QueueClosedException if the queue is stopped, also while this call waits
     */
    List<DrainedTask<T>> drain(String call, long limitNanos, Recipient recipient) {
        awaitDrained();
        if (lifecycle instanceof QueueLifecycle.Accepting accepting) {
            Moment begin = moment();
            QueueLifecycle.Draining draining = accepting.drain(call);
            lifecycle = draining;
            endWaiting();
            awaitHolders(limitNanos, recipient);
            if (lifecycle == draining) {
                List<DrainedTask<T>> drained = removeAll(call, latest(begin), recipient);
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

    private void awaitHolders(long limitNanos, Recipient recipient) {
        boolean interrupted = false;
        long left = limitNanos;
        while (left > 0
                && (recipient == Recipient.CALLER ? tasks.leased() : tasks.held()) > 0
                && lifecycle instanceof QueueLifecycle.Draining) {
            try {
                left = settings.time().await(lock.noLeases, left);
            } catch (InterruptedException e) {
                interrupted = true;
                left = 0;
            } catch (RuntimeException | Error e) {
                timeFailures.add("the wait for leases, which ends", e);
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

    private List<DrainedTask<T>> removeAll(String call, Moment now, Recipient recipient) {
        List<DrainedTask<T>> drained = new ArrayList<>(tasks.pending() + tasks.delayed() + tasks.leased());
        for (LiveTask<T> task = tasks.oldestPending(); task != null; task = tasks.oldestPending()) {
            drained.add(remove(task, now.at, recipient));
        }
        for (LiveTask<T> task = tasks.firstDelayed(); task != null; task = tasks.firstDelayed()) {
            drained.add(remove(task, now.at, recipient));
        }
        for (LiveTask<T> task = tasks.firstLeased(); task != null; task = tasks.firstLeased()) {
            leasing.revoke(task, call, now.nanos, now.at);
            drained.add(remove(task, now.at, recipient));
        }
        return Collections.unmodifiableList(drained);
    }

    private DrainedTask<T> remove(LiveTask<T> task, Instant at, Recipient recipient) {
        TaskState<T> state = task.state;
        Instant availableAt =
                state instanceof Delayed<T> delayed && delayed.lastToken() == null ? delayed.availableAt() : null;
        DrainedTask<T> drained = new DrainedTask<>(state.task(), state.lastError(), state.lastToken(), availableAt);
        if (recipient == Recipient.CALLER) {
            events.drained(task, at);
        } else {
            events.handedOver(task, at);
        }
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
        State shown = State.DEAD;
        Instant leaseExpiration = null;
        Instant availableAt = null;
        if (state instanceof Pending) {
            shown = State.PENDING;
        } else if (state instanceof Delayed<T> delayed) {
            shown = State.DELAYED;
            availableAt = delayed.availableAt();
        } else if (state instanceof Leased<T> leased) {
            shown = State.LEASED;
            leaseExpiration = leased.expiresAt();
        }
        return new Entry<>(state.task(), shown, state.lastError(), state.lastToken(), leaseExpiration, availableAt);
    }
}
