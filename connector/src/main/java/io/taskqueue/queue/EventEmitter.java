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
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Builds the event of each transition, numbers it and passes it to the journal, then to the listeners. Guarded by the queue's
 * lock, which is why event order is mutation order.
 *
 * <p>A transition emits its event first and changes the task's state after that, which cannot fail. So a transition that throws
 * has emitted no event and changed nothing; if the journal itself throws, with {@link JournalFailedException}.
 */
final class EventEmitter<T> {

    /** The journal threw although it must not: the event is lost, and the queue must stop. */
    static final class JournalFailedException extends RuntimeException {

        private static final long serialVersionUID = 1;

        JournalFailedException(Throwable cause) {
            super("its journal failed: " + (cause.getMessage() == null ? cause.toString() : cause.getMessage()), cause);
        }
    }

    private final String queue;
    private final List<Registered<T>> listeners = new CopyOnWriteArrayList<>();
    private final CallbackFailures listenerFailures;
    private final Map<EventKind, Count> emitted = new EnumMap<>(EventKind.class);
    private Journal<T> journal = new NoJournal<>();
    private boolean journalFixed;
    private long number;

    EventEmitter(String queue, List<QueueListener<T>> listeners) {
        this.queue = queue;
        this.listenerFailures = new CallbackFailures("A listener of queue " + queue, "the queue continues");
        listeners.forEach(this::addListener);
        for (EventKind kind : EventKind.values()) {
            emitted.put(kind, new Count());
        }
    }

    /** Adds a listener for the events from now on. May be called outside the lock. */
    QueueListener.Registration addListener(QueueListener<T> listener) {
        Registered<T> registered = new Registered<>(listener);
        listeners.add(registered);
        return () -> listeners.remove(registered);
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

    /** Reserves places if they are available at once. */
    boolean tryReserve(int places) {
        try {
            return journal.reserve(places, 0);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Reserves the places of some transitions, of as many as there are places for at once; returns of how many. */
    int tryReserve(int transitions, int placesOfEach) {
        int reserved = Math.min(transitions, journal.places() / placesOfEach);
        while (reserved > 0 && !tryReserve(reserved * placesOfEach)) {
            reserved /= 2;
        }
        return reserved;
    }

    /** Emits an event that uses a reserved place, if there is room for it. */
    boolean emitIfRoom(Runnable event) {
        if (!tryReserve(1)) {
            return false;
        }
        boolean emitted = false;
        try {
            event.run();
            emitted = true;
        } finally {
            if (!emitted) {
                journal.release(1);
            }
        }
        return true;
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
        return listenerFailures.count();
    }

    /** The event uses a place that the caller has reserved. */
    void enqueued(LiveTask<T> live, Instant at) {
        emit(showing(live.state, event(EventKind.ENQUEUED, at, live.state.task())), live, true);
    }

    /** The delay has passed that the task was enqueued with. */
    void available(LiveTask<T> live, Delayed<T> from, Instant at) {
        emit(event(EventKind.AVAILABLE, at, from.task()), live);
    }

    void restored(LiveTask<T> live, Instant at) {
        emit(showing(live.state, event(EventKind.RESTORED, at, live.state.task())), live, false);
    }

    /** The event changes nothing; it uses a place that the caller has reserved. */
    void snapshot(LiveTask<T> live, Instant at) {
        TaskEvent.Builder<T> event = showing(live.state, event(EventKind.SNAPSHOT, at, live.state.task()));
        if (live.state instanceof Pending) {
            event.pendingSince(live.lastChange);
        }
        emit(event, live, true);
    }

    /** Adds the parts by which an event shows the state of its task. */
    private TaskEvent.Builder<T> showing(TaskState<T> state, TaskEvent.Builder<T> event) {
        event.token(state.lastToken()).error(state.lastError());
        if (state instanceof Leased<T> leased) {
            event.leaseExpiration(leased.expiresAt());
        } else if (state instanceof Delayed<T> delayed) {
            event.availableAt(delayed.availableAt());
        }
        return event;
    }

    /** The event uses a place that the caller has reserved. */
    void leaseGranted(LiveTask<T> live, Leased<T> to, Instant at) {
        emit(
                event(EventKind.LEASE_GRANTED, at, to.task()).token(to.token()).leaseExpiration(to.expiresAt()),
                live,
                true);
    }

    /** The event uses a place that the caller has reserved. */
    void heartbeat(LiveTask<T> live, Leased<T> to, Instant at) {
        emit(event(EventKind.HEARTBEAT, at, to.task()).token(to.token()).leaseExpiration(to.expiresAt()), live, true);
    }

    void completed(LiveTask<T> live, Leased<T> from, Instant at) {
        emit(event(EventKind.COMPLETED, at, from.task()).token(from.token()), live);
    }

    /** @param availableAt when another attempt follows, or null if none does */
    void failed(LiveTask<T> live, Leased<T> from, TaskError error, @Nullable Instant availableAt, Instant at) {
        emit(
                event(EventKind.FAILED, at, from.task())
                        .token(from.token())
                        .availableAt(availableAt)
                        .error(error),
                live);
    }

    /** @param availableAt when another attempt follows, or null if none does */
    void leaseExpired(LiveTask<T> live, Leased<T> from, TaskError error, @Nullable Instant availableAt, Instant at) {
        emit(
                event(EventKind.LEASE_EXPIRED, at, from.task())
                        .token(from.token())
                        .leaseExpiration(from.expiresAt())
                        .availableAt(availableAt)
                        .error(error)
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

    /** The task was handed to the caller of a drain. */
    void drained(LiveTask<T> live, Instant at) {
        TaskState<T> state = live.state;
        emit(
                event(EventKind.DRAINED, at, state.task())
                        .token(state.lastToken())
                        .error(state.lastError())
                        .flag(EventFlag.FROM_DRAIN),
                live);
    }

    /** The task, pending or delayed, was left for the next owner of the queue. */
    void handedOver(LiveTask<T> live, Instant at) {
        emit(
                showing(live.state, event(EventKind.DRAINED, at, live.state.task()))
                        .flag(EventFlag.FROM_DRAIN)
                        .flag(EventFlag.HAND_OVER),
                live);
    }

    private long emitted(EventKind kind) {
        return count(kind).events;
    }

    private Count count(EventKind kind) {
        return Objects.requireNonNull(emitted.get(kind));
    }

    private TaskEvent.Builder<T> event(EventKind kind, Instant at, Task<T> task) {
        return TaskEvent.builder(kind, number + 1, at, task);
    }

    /** Emits the event of a task; it uses one of the places that the task holds, if it holds one. */
    private TaskEvent<T> emit(TaskEvent.Builder<T> builder, LiveTask<T> live) {
        boolean reserved = live.places > 0;
        TaskEvent<T> event = emit(builder, live, reserved);
        if (reserved) {
            live.places--;
        }
        return event;
    }

    private TaskEvent<T> emit(TaskEvent.Builder<T> builder, LiveTask<T> live, boolean reserved) {
        TaskEvent<T> event = builder.build();
        Count count = count(event.kind());
        try {
            journal.append(event, live.payload, reserved);
        } catch (Throwable e) { // an error loses the event just as an exception does
            throw new JournalFailedException(e);
        }
        number++;
        count.events++;
        if (event.kind() != EventKind.SNAPSHOT) {
            live.lastChange = number;
        }
        try {
            notifyListeners(event);
        } catch (Throwable e) {
            // the heap or the stack is exhausted; the journal has the event, so the transition must take effect
        }
        return event;
    }

    private void notifyListeners(TaskEvent<T> event) {
        for (Registered<T> registered : listeners) {
            try {
                registered.listener.onEvent(event);
            } catch (Throwable e) {
                listenerFailures.add(event, e);
            }
        }
    }

    private static final class Count {
        private long events;
    }

    /** One registration of a listener, which may be registered more than once. */
    private static final class Registered<T> {

        private final QueueListener<T> listener;

        Registered(QueueListener<T> listener) {
            this.listener = listener;
        }
    }

    /** The journal of a queue without a source: it accepts every event and keeps none. */
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
