package io.taskqueue.queue;

import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskId;
import io.taskqueue.queue.TaskState.Dead;
import io.taskqueue.queue.TaskState.Delayed;
import io.taskqueue.queue.TaskState.Leased;
import io.taskqueue.queue.TaskState.Pending;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of a queue and every change to them. Knows nothing of threads but whom to wake: each method is called inside the
 * lock, none waits.
 *
 * <p>A lease expires in {@link #sweep}, which every call runs first, and the sweeper when no one calls.
 */
final class QueueCore<T> {

    /** Places in the journal that a lease needs: for its grant, its ending, and the requeue or dead letter that follows. */
    static final int PLACES_OF_A_LEASE = 3;

    final QueueSettings settings;
    final QueueMonitor monitor;
    final Emitter<T> emitter;
    final Deque<LiveTask<T>> pending = new ArrayDeque<>();
    final DeadlineQueue<T> leased = new DeadlineQueue<>();
    final DeadlineQueue<T> delayed = new DeadlineQueue<>();
    final Deque<Dead<T>> dead = new ArrayDeque<>();
    final Tally tally = new Tally();

    private final QueueClock clock;
    private final EventWriter<T> events;
    private final DeadLetters<T> deadLetters;
    private final LeaseIds leaseIds;
    private final long leaseNanos;
    private final long requeueDelayNanos;
    private final long sweepNanos;
    private volatile QueueLife life = new QueueLife.Open();
    private volatile @Nullable Journal<T> usedJournal;
    private long lastSequenceId;
    private long lastLease;

    QueueCore(
            QueueSettings settings,
            QueueClock clock,
            QueueMonitor monitor,
            Emitter<T> emitter,
            DeadLetters<T> deadLetters,
            LeaseIds leaseIds) {
        this.settings = settings;
        this.clock = clock;
        this.monitor = monitor;
        this.emitter = emitter;
        this.events = new EventWriter<>(emitter);
        this.deadLetters = deadLetters;
        this.leaseIds = leaseIds;
        this.leaseNanos = settings.times().lease().toNanos();
        this.requeueDelayNanos = settings.times().requeueDelay().toNanos();
        this.sweepNanos = settings.times().sweepInterval().toNanos();
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

    boolean hasRoom() {
        return pending.size() + delayed.size() < settings.capacity();
    }

    boolean hasWork() {
        return !pending.isEmpty();
    }

    /** Takes a new task, for whose event one place is reserved. */
    TaskId enqueue(T payload, byte[] bytes) {
        Instant at = clock.instant();
        TaskId id = new TaskId(settings.name(), emitter.journal().epoch(), lastSequenceId + 1);
        LiveTask<T> live = new LiveTask<>(new Pending<>(new Task<>(id, 1, at, payload), null, null), bytes, 1);
        lastSequenceId++;
        tally.enqueued++;
        events.enqueued(live, at);
        addPending(live);
        afterEvents();
        return id;
    }

    /** Puts a task back; its identity was checked, and {@link #claimIdentity} told of it. */
    void restore(Pending<T> state, byte[] bytes) {
        LiveTask<T> live = new LiveTask<>(state, bytes, 0);
        tally.restored++;
        events.restored(live, state, clock.instant());
        addPending(live);
        afterEvents();
    }

    /** Keeps new tasks from being given an identity that a restored task has. */
    void claimIdentity(TaskId id) {
        if (id.queueName().equals(settings.name())
                && id.epoch() == emitter.journal().epoch()) {
            lastSequenceId = Math.max(lastSequenceId, id.sequenceId());
        }
    }

    /** Leases the task that has been pending longest; the places of a lease are reserved. */
    Grant<T> lease() {
        LiveTask<T> live = pending.remove();
        Pending<T> state = (Pending<T>) live.state;
        long now = clock.nanos();
        Instant at = clock.instant();
        Leased<T> to = state.lease(leaseIds.next(), now, now + leaseNanos, at.plusNanos(leaseNanos));
        Grant<T> grant = new Grant<>(++lastLease, live, to);
        live.state = to;
        live.grant = grant;
        live.places += PLACES_OF_A_LEASE;
        leased.addLast(live);
        monitor.sweepBy(now + Math.max(leaseNanos, sweepNanos));
        events.leaseGranted(live, to, at);
        if (hasRoom()) {
            monitor.room.signal();
        }
        afterEvents();
        return grant;
    }

    /** Extends the lease, unless it was extended a moment ago. */
    void heartbeat(Grant<T> grant) {
        Leased<T> from = held(grant, "heartbeat()");
        long now = clock.nanos();
        if (now - from.renewedAt() < settings.times().heartbeatInterval().toNanos()) {
            return;
        }
        LiveTask<T> live = grant.live;
        Instant at = clock.instant();
        Leased<T> to = from.renewed(now, now + leaseNanos, at.plusNanos(leaseNanos));
        live.state = to;
        grant.expiresAt = to.expiresAt();
        leased.remove(live);
        leased.addLast(live);
        if (tryReserve(1)) {
            live.places++;
            events.heartbeat(live, to, at);
            afterEvents();
        }
    }

    void complete(Grant<T> grant) {
        Leased<T> from = held(grant, "complete()");
        Instant at = clock.instant();
        endLease(grant.live, new LeaseEnding.Ended("complete()", at));
        tally.completed++;
        events.completed(grant.live, from, at);
        releasePlaces(grant.live);
        afterEvents();
    }

    void fail(Grant<T> grant, TaskError error, boolean requeue) {
        Leased<T> from = held(grant, "fail()");
        Instant at = clock.instant();
        LiveTask<T> live = grant.live;
        endLease(live, new LeaseEnding.Ended("fail()", at));
        events.failed(live, from, error, at);
        if (requeue && from.task().attempt() < settings.maxAttempts()) {
            delay(live, from.failed(error, clock.nanos() + requeueDelayNanos), at);
        } else {
            bury(live, from.dead(error), at);
        }
        afterEvents();
    }

    /** Expires the leases whose deadline has come, and makes the delayed tasks pending that are due. */
    void sweep() {
        if (life instanceof QueueLife.Stopped) {
            return;
        }
        long now = clock.nanos();
        for (LiveTask<T> live = leased.first(); live != null; live = leased.first()) {
            Leased<T> state = (Leased<T>) live.state;
            if (now - state.deadline() < 0) {
                break;
            }
            expire(live, state, now);
        }
        for (LiveTask<T> live = delayed.first(); live != null; live = delayed.first()) {
            Delayed<T> state = (Delayed<T>) live.state;
            if (now - state.due() < 0) {
                break;
            }
            delayed.remove(live);
            requeue(live, state, clock.instant());
        }
        afterEvents();
    }

    /** No new work and no new leases from now on. */
    QueueLife.Draining startDraining(QueueLife.Open open, String call) {
        QueueLife.Draining draining = open.drain(call);
        life = draining;
        emitter.fixedJournal().endWaiting();
        monitor.wakeEveryone();
        return draining;
    }

    /** Takes every task out: pending, then delayed, then those whose leases it revokes. */
    void finishDraining(QueueLife.Draining draining, List<DrainedTask<T>> into) {
        for (LiveTask<T> live = pending.poll(); live != null; live = pending.poll()) {
            Pending<T> state = (Pending<T>) live.state;
            into.add(handOut(live, new DrainedTask<>(state.task(), state.lastError(), state.lastToken())));
        }
        for (LiveTask<T> live = delayed.first(); live != null; live = delayed.first()) {
            delayed.remove(live);
            into.add(handOut(live, drainedOf((Delayed<T>) live.state)));
        }
        for (LiveTask<T> live = leased.first(); live != null; live = leased.first()) {
            Leased<T> from = (Leased<T>) live.state;
            Instant at = clock.instant();
            endLease(live, new LeaseEnding.Revoked(draining.call(), at));
            tally.leasesExpired++;
            events.leaseExpired(live, from, from.expiresAt(), at);
            into.add(handOut(live, drainedOf(from.expired(clock.nanos()))));
        }
        life = draining.close();
        monitor.wakeEveryone();
    }

    /** Nothing changes from now on, and no event is emitted. */
    void stop(String reason, @Nullable Throwable cause) {
        if (life instanceof QueueLife.Open || life instanceof QueueLife.Draining) {
            life = new QueueLife.Stopped(reason, cause);
            leased.forEach(this::releasePlaces);
            delayed.forEach(this::releasePlaces);
            emitter.fixedJournal().endWaiting();
            monitor.wakeEveryone();
        }
    }

    /** Reserves places if they are to be had at once. */
    boolean tryReserve(int places) {
        try {
            return emitter.journal().reserve(places, 0);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Leased<T> held(Grant<T> grant, String call) {
        LeaseEnding ending = grant.ending;
        if (ending != null) {
            throw ending.refusal(grant + " of queue " + settings.name(), call, clock.instant());
        }
        if (life instanceof QueueLife.Stopped stopped) {
            throw stopped.refusal(settings.name(), call);
        }
        return (Leased<T>) grant.live.state;
    }

    private void expire(LiveTask<T> live, Leased<T> from, long now) {
        Instant at = clock.instant();
        endLease(live, new LeaseEnding.Expired(from.expiresAt()));
        tally.leasesExpired++;
        events.leaseExpired(live, from, from.expiresAt(), at);
        if (from.task().attempt() < settings.maxAttempts()) {
            delay(live, from.expired(now + requeueDelayNanos), at);
        } else {
            bury(live, from.dead(from.lastError()), at);
        }
    }

    private void endLease(LiveTask<T> live, LeaseEnding ending) {
        Grant<T> grant = live.grant;
        if (grant != null) {
            grant.ending = ending;
            live.grant = null;
        }
        leased.remove(live);
        if (leased.size() == 0) {
            monitor.quiet.signalAll();
        }
    }

    private void delay(LiveTask<T> live, Delayed<T> to, Instant at) {
        live.state = to;
        if (requeueDelayNanos == 0) {
            requeue(live, to, at);
        } else {
            delayed.addLast(live);
            monitor.sweepBy(to.due());
        }
    }

    private void requeue(LiveTask<T> live, Delayed<T> from, Instant at) {
        live.state = from.requeued();
        events.requeued(live, from, at);
        addPending(live);
    }

    private void bury(LiveTask<T> live, Dead<T> to, Instant at) {
        live.state = to;
        tally.deadLettered++;
        if (dead.size() == QueueSnapshot.DEAD_KEPT) {
            dead.remove();
        }
        dead.add(to);
        deadLetters.add(events.deadLettered(live, to, at));
    }

    private DrainedTask<T> handOut(LiveTask<T> live, DrainedTask<T> drained) {
        tally.drained++;
        events.drained(live, drained, clock.instant());
        return drained;
    }

    private static <T> DrainedTask<T> drainedOf(Delayed<T> state) {
        return new DrainedTask<>(state.task(), state.lastError(), state.lastToken());
    }

    private void addPending(LiveTask<T> live) {
        pending.add(live);
        monitor.work.signal();
    }

    private void releasePlaces(LiveTask<T> live) {
        if (live.places > 0) {
            emitter.journal().release(live.places);
            live.places = 0;
        }
    }

    /** A journal that throws has lost an event: going on would fork what is replicated from what is true. */
    private void afterEvents() {
        RuntimeException failure = emitter.journalFailure();
        if (failure != null) {
            stop("its journal failed: " + failure.getMessage(), failure);
        }
    }
}
