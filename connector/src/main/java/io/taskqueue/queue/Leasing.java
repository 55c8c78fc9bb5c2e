package io.taskqueue.queue;

import io.taskqueue.event.TaskError;
import io.taskqueue.queue.TaskState.Dead;
import io.taskqueue.queue.TaskState.Delayed;
import io.taskqueue.queue.TaskState.Leased;
import io.taskqueue.queue.TaskState.Pending;
import java.time.Instant;

/**
 * The life of leases: granted, extended, ended by their holders, expired, revoked; and what becomes of their tasks. Guarded by
 * the queue's lock; no method waits.
 */
final class Leasing<T> {

    /** Places in the journal that a lease needs: for its grant, its ending, and the requeue or dead letter that follows. */
    static final int PLACES = 3;

    private final QueueSettings settings;
    private final QueueClock clock;
    private final Tasks<T> tasks;
    private final EventWriter<T> events;
    private final DeadLetters<T> deadLetters;
    private final LeaseIds leaseIds;
    private final Tally tally;
    private final long leaseNanos;
    private final long heartbeatNanos;
    private final long requeueDelayNanos;
    private long lastLease;

    Leasing(QueueCore.Parts<T> parts, Tasks<T> tasks, EventWriter<T> events, Tally tally) {
        this.settings = parts.settings();
        this.clock = parts.clock();
        this.deadLetters = parts.deadLetters();
        this.leaseIds = parts.leaseIds();
        this.tasks = tasks;
        this.events = events;
        this.tally = tally;
        this.leaseNanos = settings.times().lease().toNanos();
        this.heartbeatNanos = settings.times().heartbeatInterval().toNanos();
        this.requeueDelayNanos = settings.times().requeueDelay().toNanos();
    }

    /** Leases a task that was pending; the places of the lease are reserved. */
    Grant<T> lease(LiveTask<T> task, Instant at) {
        Pending<T> from = (Pending<T>) task.state;
        long now = clock.nanos();
        Leased<T> to = from.lease(leaseIds.next(), now, now + leaseNanos, at.plusNanos(leaseNanos));
        Grant<T> grant = new Grant<>(++lastLease, task, to);
        task.grant = grant;
        task.places += PLACES;
        tasks.toLeased(task, to);
        events.leaseGranted(task, to, at);
        return grant;
    }

    /** Extends the lease, unless it was extended a moment ago; an event only if there is room for it. */
    void heartbeat(Grant<T> grant) {
        Leased<T> from = held(grant, "heartbeat()");
        long now = clock.nanos();
        if (now - from.renewedAt() < heartbeatNanos) {
            return;
        }
        LiveTask<T> task = grant.live;
        boolean place = events.emitter().tryReserve(1);
        Instant at = clock.instant();
        Leased<T> to = from.renewed(now, now + leaseNanos, at.plusNanos(leaseNanos));
        grant.expiresAt = to.expiresAt();
        tasks.removeLeased(task);
        tasks.toLeased(task, to);
        if (place) {
            task.places++;
            events.heartbeat(task, to, at);
        }
    }

    void complete(Grant<T> grant) {
        Leased<T> from = held(grant, "complete()");
        Instant at = clock.instant();
        end(grant.live, new LeaseEnding.Ended("complete()", at));
        tally.completed++;
        events.completed(grant.live, from, at);
        events.emitter().releasePlaces(grant.live);
    }

    void fail(Grant<T> grant, TaskError error, boolean requeue) {
        Leased<T> from = held(grant, "fail()");
        Instant at = clock.instant();
        LiveTask<T> task = grant.live;
        end(task, new LeaseEnding.Ended("fail()", at));
        events.failed(task, from, error, at);
        if (requeue && hasAttemptsLeft(from)) {
            delay(task, from.failed(error, clock.nanos() + requeueDelayNanos), at);
        } else {
            bury(task, from.dead(error), at);
        }
    }

    /** Expires the leases whose deadline has come. */
    void expireDue(long now) {
        for (LiveTask<T> task = tasks.firstLeased(); task != null; task = tasks.firstLeased()) {
            Leased<T> from = (Leased<T>) task.state;
            if (now - from.deadline() < 0) {
                return;
            }
            Instant at = clock.instant();
            expire(task, from, new LeaseEnding.Expired(from.expiresAt()), at);
            if (hasAttemptsLeft(from)) {
                delay(task, from.expired(now + requeueDelayNanos), at);
            } else {
                bury(task, from.dead(from.lastError()), at);
            }
        }
    }

    /** Makes the delayed tasks pending whose time has come. */
    void requeueDue(long now) {
        for (LiveTask<T> task = tasks.firstDelayed(); task != null; task = tasks.firstDelayed()) {
            Delayed<T> from = (Delayed<T>) task.state;
            if (now - from.due() < 0) {
                return;
            }
            Instant at = clock.instant(); // first: the clock may be a user's, and fail
            tasks.removeDelayed(task);
            requeue(task, from, at);
        }
    }

    /** Takes a lease back for a queue that ends; its task is no longer in the queue. */
    Delayed<T> revoke(LiveTask<T> task, String by) {
        Leased<T> from = (Leased<T>) task.state;
        Instant at = clock.instant();
        expire(task, from, new LeaseEnding.Revoked(by, at), at);
        return from.expired(clock.nanos());
    }

    private Leased<T> held(Grant<T> grant, String call) {
        LeaseEnding ending = grant.ending;
        if (ending != null) {
            throw ending.refusal(grant + " of queue " + settings.name(), call, clock.instant());
        }
        return (Leased<T>) grant.live.state;
    }

    private boolean hasAttemptsLeft(Leased<T> state) {
        return state.task().attempt() < settings.maxAttempts();
    }

    private void expire(LiveTask<T> task, Leased<T> from, LeaseEnding ending, Instant at) {
        end(task, ending);
        tally.leasesExpired++;
        events.leaseExpired(task, from, at);
    }

    private void end(LiveTask<T> task, LeaseEnding ending) {
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

    private void bury(LiveTask<T> task, Dead<T> to, Instant at) {
        tasks.toDead(task, to);
        tally.deadLettered++;
        deadLetters.add(events.deadLettered(task, to, at));
    }
}
