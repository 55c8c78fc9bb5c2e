package io.taskqueue.queue;

import io.taskqueue.event.EventFlag;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.queue.TaskState.Dead;
import io.taskqueue.queue.TaskState.Delayed;
import io.taskqueue.queue.TaskState.Leased;
import io.taskqueue.queue.TaskState.Pending;
import java.time.Instant;

/** What the event of each transition carries. Guarded by the queue's lock. */
final class EventWriter<T> {

    private final Emitter<T> emitter;

    EventWriter(Emitter<T> emitter) {
        this.emitter = emitter;
    }

    Emitter<T> emitter() {
        return emitter;
    }

    void enqueued(LiveTask<T> live, Pending<T> to, Instant at) {
        emitter.emit(emitter.event(EventKind.ENQUEUED, at, to.task()), live);
    }

    void restored(LiveTask<T> live, Pending<T> to, Instant at) {
        emitter.emit(
                emitter.event(EventKind.RESTORED, at, to.task())
                        .token(to.lastToken())
                        .error(to.lastError()),
                live);
    }

    void leaseGranted(LiveTask<T> live, Leased<T> to, Instant at) {
        emitter.emit(
                emitter.event(EventKind.LEASE_GRANTED, at, to.task())
                        .token(to.token())
                        .leaseExpiration(to.expiresAt()),
                live);
    }

    void heartbeat(LiveTask<T> live, Leased<T> to, Instant at) {
        emitter.emit(
                emitter.event(EventKind.HEARTBEAT, at, to.task())
                        .token(to.token())
                        .leaseExpiration(to.expiresAt()),
                live);
    }

    void completed(LiveTask<T> live, Leased<T> from, Instant at) {
        emitter.emit(emitter.event(EventKind.COMPLETED, at, from.task()).token(from.token()), live);
    }

    void failed(LiveTask<T> live, Leased<T> from, TaskError error, Instant at) {
        emitter.emit(
                emitter.event(EventKind.FAILED, at, from.task())
                        .token(from.token())
                        .error(error),
                live);
    }

    void leaseExpired(LiveTask<T> live, Leased<T> from, Instant at) {
        emitter.emit(
                emitter.event(EventKind.LEASE_EXPIRED, at, from.task())
                        .token(from.token())
                        .leaseExpiration(from.expiresAt())
                        .flag(EventFlag.FROM_EXPIRATION),
                live);
    }

    void requeued(LiveTask<T> live, Delayed<T> from, Instant at) {
        emitter.emit(
                emitter.event(EventKind.REQUEUED, at, from.task())
                        .token(from.lastToken())
                        .error(from.lastError()),
                live);
    }

    TaskEvent<T> deadLettered(LiveTask<T> live, Dead<T> to, Instant at) {
        return emitter.emit(
                emitter.event(EventKind.DEAD_LETTERED, at, to.task())
                        .token(to.lastToken())
                        .error(to.lastError())
                        .flag(EventFlag.DEAD_LETTER),
                live);
    }

    void drained(LiveTask<T> live, DrainedTask<T> to, Instant at) {
        emitter.emit(
                emitter.event(EventKind.DRAINED, at, to.task())
                        .token(to.lastToken())
                        .error(to.lastError())
                        .flag(EventFlag.FROM_DRAIN),
                live);
    }
}
