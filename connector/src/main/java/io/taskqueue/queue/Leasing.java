package io.taskqueue.queue;

import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.queue.EventEmitter.JournalFailedException;
import io.taskqueue.queue.TaskState.Dead;
import io.taskqueue.queue.TaskState.Delayed;
import io.taskqueue.queue.TaskState.Leased;
import io.taskqueue.queue.TaskState.Pending;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * The lifecycle of leases: granted, extended, ended by their holders, expired, revoked; and what their tasks become. Guarded by
 * the queue's lock; no method waits.
 *
 * <p>Each transition reads the time first, and builds what it needs; then it emits its event, then it changes the state. The user's
 * clock and ticker may throw at any call: nothing has changed then.
 */
final class Leasing<T> {

    /** Places in the journal that a lease needs: for its grant, its ending, and the requeue or dead letter that follows. */
    static final int PLACES = 3;

    private final QueueSettings<T> settings;
    private final QueueSettings.TimeSource time;
    private final TaskTable<T> tasks;
    private final EventEmitter<T> events;
    private final DeadLetters<T> deadLetters;
    private final RandomGenerator random;
    private final long leaseNanos;
    private final long heartbeatNanos;
    private final long requeueDelayNanos;
    private long lastLease;

    /**
     * @param random generates lease ids. It need not be secure: an id must be unique, not secret, and a secure generator would
     *     be the slowest part of granting a lease
     */
    Leasing(
            QueueSettings<T> settings,
            TaskTable<T> tasks,
            EventEmitter<T> events,
            DeadLetters<T> deadLetters,
            RandomGenerator random) {
        this.settings = settings;
        this.time = settings.time();
        this.tasks = tasks;
        this.events = events;
        this.deadLetters = deadLetters;
        this.random = random;
        this.leaseNanos = settings.timing().lease().toNanos();
        this.heartbeatNanos = settings.timing().heartbeatInterval().toNanos();
        this.requeueDelayNanos = settings.timing().requeueDelay().toNanos();
    }

    /** Leases the pending task that is next. There is one, and the places of the lease are reserved. */
    Lease<T> grant(Lease.Grantor<T> grantor) {
        Instant at = time.instant();
        long now = time.nanos();
        LiveTask<T> task = tasks.nextPending();
        if (task == null) {
            throw new IllegalStateException("Queue " + settings.name() + " has no pending task. This is a defect.");
        }
        Pending<T> from = (Pending<T>) task.state;
        Leased<T> to = from.lease(leaseId(), now, now + leaseNanos, at.plusNanos(leaseNanos));
        Lease<T> lease = new Lease<>(grantor, settings.name(), lastLease + 1, task, to);
        events.leaseGranted(task, to, at);
        lastLease++;
        task.lease = lease;
        task.places = PLACES - 1;
        tasks.toLeased(task, to);
        if (settings.spans().isOn()) {
            lease.traced(settings.spans().lease(settings.name(), to.task(), to.token()));
        }
        return lease;
    }

    /** Extends the lease, unless it was extended within the heartbeat interval; emits an event only if there is room for it. */
    void heartbeat(Lease<T> lease) {
        Leased<T> from = lease.requireHeld("heartbeat()", time);
        long now = time.nanos();
        if (now - from.renewedAt() < heartbeatNanos) {
            return;
        }
        Instant at = time.instant();
        LiveTask<T> task = lease.live;
        Leased<T> to = from.renewed(now, now + leaseNanos, at.plusNanos(leaseNanos));
        events.emitIfRoom(() -> events.heartbeat(task, to, at));
        lease.extend(to.expiresAt());
        tasks.toLeased(task, to);
    }

    void complete(Lease<T> lease, String call) {
        Leased<T> from = lease.requireHeld(call, time);
        Instant at = time.instant();
        Lease.Ending ending = new Lease.Ending.Ended(call, at, null);
        LiveTask<T> task = lease.live;
        events.completed(task, from, at);
        task.endLease(ending);
        tasks.remove(task);
        events.releasePlaces(task);
    }

    /**
     * Completes leases as one call after the other would.
     *
     * @return what the calls that failed would have thrown: the first, with the others suppressed
     */
    Optional<RuntimeException> completeAll(List<Lease<T>> leases, String call) {
        RuntimeException first = null;
        for (Lease<T> lease : leases) {
            try {
                complete(lease, call);
            } catch (JournalFailedException e) {
                throw e;
            } catch (RuntimeException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        return Optional.ofNullable(first);
    }

    void fail(Lease<T> lease, TaskError error, boolean requeue) {
        Leased<T> from = lease.requireHeld("fail()", time);
        long now = time.nanos();
        Instant at = time.instant();
        Lease.Ending ending = new Lease.Ending.Ended("fail()", at, error);
        LiveTask<T> task = lease.live;
        Delayed<T> delayed = from.failed(error, now + requeueDelayNanos, at.plusNanos(requeueDelayNanos));
        boolean follows = requeue && hasAttempts(delayed);
        events.failed(task, from, error, follows ? delayed.availableAt() : null, at);
        task.endLease(ending);
        tasks.toDelayed(task, delayed);
        continueOrDeadLetter(task, delayed, follows, at);
    }

    /** Whether the deadline of a lease has passed, or a delayed task is due. */
    boolean hasDue(long now) {
        LiveTask<T> leased = tasks.firstLeased();
        LiveTask<T> delayed = tasks.firstDelayed();
        return (leased != null && isDue((Leased<T>) leased.state, now))
                || (delayed != null && isDue((Delayed<T>) delayed.state, now));
    }

    /** Expires the leases whose deadline has passed. */
    void expireDue(long now, Instant at) {
        for (LiveTask<T> task = tasks.firstLeased(); task != null; task = tasks.firstLeased()) {
            Leased<T> from = (Leased<T>) task.state;
            if (!isDue(from, now)) {
                return;
            }
            Delayed<T> delayed = expire(task, new Lease.Ending.Expired(from.expiresAt()), requeueDelayNanos, now, at);
            continueOrDeadLetter(task, delayed, hasAttempts(delayed), at);
        }
    }

    /** Makes the delayed tasks pending that are due; a recovered one whose attempts are used up is dead then. */
    void endDelaysDue(long now, Instant at) {
        for (LiveTask<T> task = tasks.firstDelayed(); task != null; task = tasks.firstDelayed()) {
            Delayed<T> from = (Delayed<T>) task.state;
            if (!isDue(from, now)) {
                return;
            }
            if (hasAttempts(from)) {
                endDelay(task, from, at);
            } else {
                deadLetter(task, from.dead(), at);
            }
        }
    }

    /**
     * Revokes a lease of a queue that is drained or closed. One that was recovered may still be held by a worker of the earlier queue:
     * its task is not available before the lease would have expired.
     */
    void revoke(LiveTask<T> task, String by, long now, Instant at) {
        Leased<T> from = (Leased<T>) task.state;
        long rest = task.lease == null ? Math.max(0, from.deadline() - now) : 0;
        expire(task, new Lease.Ending.Revoked(by, at), Math.max(rest, requeueDelayNanos), now, at);
    }

    private boolean hasAttempts(Delayed<T> next) {
        return next.task().attempts() <= settings.maxAttempts();
    }

    private static boolean isDue(Leased<?> state, long now) {
        return now - state.deadline() >= 0;
    }

    private static boolean isDue(Delayed<?> state, long now) {
        return now - state.due() >= 0;
    }

    /** Ends a lease that its holder has not ended; its end is the last error of the task. */
    private Delayed<T> expire(LiveTask<T> task, Lease.Ending.Lost ending, long delayNanos, long now, Instant at) {
        Leased<T> from = (Leased<T>) task.state;
        TaskError error = ending.error(from);
        Delayed<T> to = from.failed(error, now + delayNanos, at.plusNanos(delayNanos));
        events.leaseExpired(task, from, error, hasAttempts(to) ? to.availableAt() : null, at);
        task.endLease(ending);
        tasks.toDelayed(task, to);
        return to;
    }

    /** What follows an attempt that has failed, at once: another one without a delay, or the task is dead. */
    private void continueOrDeadLetter(LiveTask<T> task, Delayed<T> delayed, boolean follows, Instant at) {
        if (!follows) {
            deadLetter(task, delayed.dead(), at);
        } else if (requeueDelayNanos == 0) {
            endDelay(task, delayed, at);
        }
    }

    private void endDelay(LiveTask<T> task, Delayed<T> from, Instant at) {
        Pending<T> to = from.pending();
        if (from.lastToken() == null) {
            events.available(task, from, at);
        } else {
            events.requeued(task, from, at);
        }
        tasks.toPending(task, to);
    }

    private void deadLetter(LiveTask<T> task, Dead<T> to, Instant at) {
        TaskEvent<T> event = events.deadLettered(task, to, at);
        tasks.toDead(task, to);
        deadLetters.add(event);
    }

    /** A random id, version 4. */
    private UUID leaseId() {
        long high = (random.nextLong() & ~0xF000L) | 0x4000L;
        long low = (random.nextLong() & ~(0b11L << 62)) | (0b10L << 62);
        return new UUID(high, low);
    }
}
