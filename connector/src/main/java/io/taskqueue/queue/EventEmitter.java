package io.taskqueue.queue;

import io.taskqueue.event.EventFlag;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.queue.TaskState.Dead;
import io.taskqueue.queue.TaskState.Delayed;
import io.taskqueue.queue.TaskState.Leased;
import io.taskqueue.queue.TaskState.Pending;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Builds the event of each transition, numbers it and passes it to the journal, then to the listeners. Guarded by the queue's
 * lock, which is why event order is mutation order.
 */
final class EventEmitter<T> {

    private static final Logger LOG = System.getLogger(EventEmitter.class.getName());

    private final String queue;
    private final List<QueueListener<T>> listeners;
    private final QueueLock lock;
    private final Map<EventKind, Count> emitted = new EnumMap<>(EventKind.class);
    private Journal<T> journal = new NoJournal<>();
    private boolean journalFixed;
    private @Nullable Throwable journalFailure;
    private long number;
    private long listenerFailures;

    EventEmitter(String queue, List<QueueListener<T>> listeners, QueueLock lock) {
        this.queue = queue;
        this.listeners = listeners;
        this.lock = lock;
    }

    void attach(Journal<T> newJournal) {
        requireAttachable();
        journal = newJournal;
    }

    void requireAttachable() {
        if (!(journal instanceof NoJournal)) {
            throw new IllegalStateException("Queue " + queue
                    + " has a journal already, and a queue has at most one. Build one source for each queue.");
        }
        if (journalFixed) {
            throw new IllegalStateException("Queue " + queue + " has been used already (" + number
                    + " events so far), so its journal would miss the beginning. Start the source before the first enqueue "
                    + "or restore.");
        }
    }

    Journal<T> journal() {
        return journal;
    }

    /** The journal; no other can be attached from now on. */
    Journal<T> fixedJournal() {
        journalFixed = true;
        return journal;
    }

    /** The error that the journal threw although it must not, or null. */
    @Nullable
    Throwable journalFailure() {
        return journalFailure;
    }

    /** Reserves places if they are available at once. */
    boolean tryReserve(int places) {
        try {
            return journal.reserve(places, 0);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Releases the places that a task holds and will not use. */
    void releasePlaces(LiveTask<T> task) {
        if (task.places > 0) {
            journal.release(task.places);
            task.places = 0;
        }
    }

    /** The number of the last event. */
    long number() {
        return number;
    }

    QueueCounts.Totals totals() {
        return new QueueCounts.Totals(
                emitted(EventKind.ENQUEUED),
                emitted(EventKind.RESTORED),
                emitted(EventKind.COMPLETED),
                emitted(EventKind.DEAD_LETTERED),
                emitted(EventKind.DRAINED),
                emitted(EventKind.LEASE_EXPIRED));
    }

    long listenerFailures() {
        return listenerFailures;
    }

    void enqueued(LiveTask<T> live, Pending<T> to, Instant at) {
        emit(event(EventKind.ENQUEUED, at, to.task()), live);
    }

    void restored(LiveTask<T> live, Pending<T> to, Instant at) {
        emit(event(EventKind.RESTORED, at, to.task()).token(to.lastToken()).error(to.lastError()), live);
    }

    void leaseGranted(LiveTask<T> live, Leased<T> to, Instant at) {
        emit(event(EventKind.LEASE_GRANTED, at, to.task()).token(to.token()).leaseExpiration(to.expiresAt()), live);
    }

    void heartbeat(LiveTask<T> live, Leased<T> to, Instant at) {
        emit(event(EventKind.HEARTBEAT, at, to.task()).token(to.token()).leaseExpiration(to.expiresAt()), live);
    }

    void completed(LiveTask<T> live, Leased<T> from, Instant at) {
        emit(event(EventKind.COMPLETED, at, from.task()).token(from.token()), live);
    }

    void failed(LiveTask<T> live, Leased<T> from, TaskError error, Instant at) {
        emit(event(EventKind.FAILED, at, from.task()).token(from.token()).error(error), live);
    }

    void leaseExpired(LiveTask<T> live, Leased<T> from, Instant at) {
        emit(
                event(EventKind.LEASE_EXPIRED, at, from.task())
                        .token(from.token())
                        .leaseExpiration(from.expiresAt())
                        .flag(EventFlag.FROM_EXPIRATION),
                live);
    }

    void requeued(LiveTask<T> live, Delayed<T> from, Instant at) {
        emit(event(EventKind.REQUEUED, at, from.task()).token(from.lastToken()).error(from.lastError()), live);
    }

    TaskEvent<T> deadLettered(LiveTask<T> live, Dead<T> to, Instant at) {
        return emit(
                event(EventKind.DEAD_LETTERED, at, to.task())
                        .token(to.lastToken())
                        .error(to.lastError())
                        .flag(EventFlag.DEAD_LETTER),
                live);
    }

    void drained(LiveTask<T> live, DrainedTask<T> to, Instant at) {
        emit(
                event(EventKind.DRAINED, at, to.task())
                        .token(to.lastToken())
                        .error(to.lastError())
                        .flag(EventFlag.FROM_DRAIN),
                live);
    }

    private long emitted(EventKind kind) {
        Count count = emitted.get(kind);
        return count == null ? 0 : count.events;
    }

    private TaskEvent.Builder<T> event(EventKind kind, Instant at, Task<T> task) {
        return TaskEvent.builder(kind, number + 1, at, task);
    }

    /** Emits the event of a task; it uses one of the task's reserved places if there is one. */
    private TaskEvent<T> emit(TaskEvent.Builder<T> builder, LiveTask<T> live) {
        TaskEvent<T> event = builder.build();
        number++;
        emitted.computeIfAbsent(event.kind(), kind -> new Count()).events++;
        boolean reserved = live.places > 0;
        if (reserved) {
            live.places--;
        }
        append(event, live.payload, reserved);
        for (QueueListener<T> listener : listeners) {
            call(listener, event);
        }
        return event;
    }

    private void append(TaskEvent<T> event, byte[] payload, boolean reserved) {
        if (journalFailure != null) {
            return; // the journal holds a prefix of the history; a later event would leave a gap in it
        }
        try {
            journal.append(event, payload, reserved);
        } catch (Throwable e) { // an error loses the event just as an exception does
            LOG.log(Level.ERROR, "The journal of queue " + queue + " refused " + event + "; the queue is stopped.", e);
            journalFailure = e;
            lock.sweepNow();
        }
    }

    private void call(QueueListener<T> listener, TaskEvent<T> event) {
        try {
            listener.onEvent(event);
        } catch (Throwable e) {
            listenerFailures++;
            if (Long.bitCount(listenerFailures) == 1) { // the 1st, 2nd, 4th, 8th …: the log has a bound
                LOG.log(
                        Level.WARNING,
                        "A listener of queue " + queue + " failed on " + event + " (failure " + listenerFailures
                                + " of this queue's listeners); the queue continues.",
                        e);
            }
        }
    }

    private static final class Count {
        private long events;
    }

    /** The journal of a queue without a source: it has room for everything and keeps nothing. */
    private static final class NoJournal<T> implements Journal<T> {

        private static final byte[] NOTHING = new byte[0];

        @Override
        public long epoch() {
            return 0;
        }

        @Override
        public byte[] encode(T payload) {
            return NOTHING;
        }

        @Override
        public boolean reserve(int places, long timeoutNanos) {
            return true;
        }

        @Override
        public void release(int places) {}

        @Override
        public void endWaiting() {}

        @Override
        public void append(TaskEvent<T> event, byte[] payload, boolean reserved) {}
    }
}
