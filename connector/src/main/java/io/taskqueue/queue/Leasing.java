package io.taskqueue.queue;

import io.taskqueue.event.TaskError;
import io.taskqueue.queue.TaskState.Dead;
import io.taskqueue.queue.TaskState.Delayed;
import io.taskqueue.queue.TaskState.Leased;
import io.taskqueue.queue.TaskState.Pending;
import java.time.Instant;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * The lifecycle of leases: granted, extended, ended by their holders, expired, revoked; and what their tasks become. Guarded by
 * the queue's lock; no method waits.
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

    /** Leases the task that has been pending longest. There is one, and the places of the lease are reserved. */
    Lease<T> grant(Lease.Grantor<T> grantor) {
        Instant at = time.instant(); // before the task leaves its place: a user's clock may throw
        LiveTask<T> task = tasks.pollPending();
        if (task == null) {
            throw new IllegalStateException("Queue " + settings.name() + " has no pending task. This is a defect.");
        }
        Pending<T> from = (Pending<T>) task.state;
        long now = time.nanos();
        Leased<T> to = from.lease(leaseId(), now, now + leaseNanos, at.plusNanos(leaseNanos));
        Lease<T> lease = new Lease<>(grantor, settings.name(), ++lastLease, task, to);
        task.lease = lease;
        task.places += PLACES;
        tasks.toLeased(task, to);
        events.leaseGranted(task, to, at);
        return lease;
    }

    /** Extends the lease, unless it was extended within the heartbeat interval; emits an event only if there is room for it. */
    void heartbeat(Lease<T> lease) {
        Leased<T> from = lease.requireHeld("heartbeat()", time);
        long now = time.nanos();
        if (now - from.renewedAt() < heartbeatNanos) {
            return;
        }
        LiveTask<T> task = lease.live;
        boolean place = events.tryReserve(1);
        Instant at = time.instant();
        Leased<T> to = from.renewed(now, now + leaseNanos, at.plusNanos(leaseNanos));
        lease.extend(to.expiresAt());
        tasks.removeLeased(task);
        tasks.toLeased(task, to);
        if (place) {
            task.places++;
            events.heartbeat(task, to, at);
        }
    }

    void complete(Lease<T> lease) {
        Leased<T> from = lease.requireHeld("complete()", time);
        Instant at = time.instant();
        end(lease.live, new Lease.Ending.Ended("complete()", at));
        events.completed(lease.live, from, at);
        events.releasePlaces(lease.live);
    }

    void fail(Lease<T> lease, TaskError error, boolean requeue) {
        Leased<T> from = lease.requireHeld("fail()", time);
        Instant at = time.instant();
        LiveTask<T> task = lease.live;
        end(task, new Lease.Ending.Ended("fail()", at));
        events.failed(task, from, error, at);
        if (requeue && hasAttemptsLeft(from)) {
            delay(task, from.failed(error, time.nanos() + requeueDelayNanos), at);
        } else {
            deadLetter(task, from.dead(error), at);
        }
    }

    /** Expires the leases whose deadline has passed. */
    void expireDue(long now) {
        for (LiveTask<T> task = tasks.firstLeased(); task != null; task = tasks.firstLeased()) {
            Leased<T> from = (Leased<T>) task.state;
            if (now - from.deadline() < 0) {
                return;
            }
            Instant at = time.instant();
            expire(task, from, new Lease.Ending.Expired(from.expiresAt()), at);
            if (hasAttemptsLeft(from)) {
                delay(task, from.expired(now + requeueDelayNanos), at);
            } else {
                deadLetter(task, from.dead(from.lastError()), at);
            }
        }
    }

    /** Makes the delayed tasks pending that are due. */
    void requeueDue(long now) {
        for (LiveTask<T> task = tasks.firstDelayed(); task != null; task = tasks.firstDelayed()) {
            Delayed<T> from = (Delayed<T>) task.state;
            if (now - from.due() < 0) {
                return;
            }
            Instant at = time.instant(); // before the task leaves its place: a user's clock may throw
            tasks.removeDelayed(task);
            requeue(task, from, at);
        }
    }

    /** Revokes a lease of a queue that is drained or closed; its task is no longer in the table. */
    Delayed<T> revoke(LiveTask<T> task, String by) {
        Leased<T> from = (Leased<T>) task.state;
        Instant at = time.instant();
        expire(task, from, new Lease.Ending.Revoked(by, at), at);
        return from.expired(time.nanos());
    }

    private boolean hasAttemptsLeft(Leased<T> state) {
        return state.task().attempt() < settings.maxAttempts();
    }

    private void expire(LiveTask<T> task, Leased<T> from, Lease.Ending ending, Instant at) {
        end(task, ending);
        events.leaseExpired(task, from, at);
    }

    private void end(LiveTask<T> task, Lease.Ending ending) {
        task.endLease(ending);
        tasks.removeLeased(task);
    }

    private void delay(LiveTask<T> task, Delayed<T> to, Instant at) {
        if (requeueDelayNanos == 0) {
            requeue(task, to, at);
        } else {
            tasks.toDelayed(task, to);
        }
    }

    private void requeue(LiveTask<T> task, Delayed<T> from, Instant at) {
        events.requeued(task, from, at);
        tasks.toPending(task, from.requeued());
    }

    private void deadLetter(LiveTask<T> task, Dead<T> to, Instant at) {
        tasks.toDead(task, to);
        deadLetters.add(events.deadLettered(task, to, at));
    }

    /** A random id, version 4. */
    private UUID leaseId() {
        long high = (random.nextLong() & ~0xF000L) | 0x4000L;
        long low = (random.nextLong() & ~(0b11L << 62)) | (0b10L << 62);
        return new UUID(high, low);
    }
}
