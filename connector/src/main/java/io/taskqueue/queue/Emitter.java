package io.taskqueue.queue;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskEvent;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Numbers the events of a queue and hands each to the journal, then to the listeners. Guarded by the queue's lock, which is
 * why event order is mutation order.
 */
final class Emitter<T> {

    private static final Logger LOG = System.getLogger(TaskQueue.class.getName());

    private final String queue;
    private final List<QueueListener<T>> listeners;
    private final QueueMonitor monitor;
    private Journal<T> journal = new Unreplicated<>();
    private boolean journalFixed;
    private long number;
    private long listenerFailures;
    private @Nullable Throwable journalFailure;

    Emitter(String queue, List<QueueListener<T>> listeners, QueueMonitor monitor) {
        this.queue = queue;
        this.listeners = List.copyOf(listeners);
        this.monitor = monitor;
    }

    void attach(Journal<T> newJournal) {
        requireAttachable();
        journal = newJournal;
    }

    void requireAttachable() {
        if (!(journal instanceof Unreplicated)) {
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

    /** The journal, which from now on is the only one. */
    Journal<T> fixedJournal() {
        journalFixed = true;
        return journal;
    }

    /** Reserves places if they are to be had at once. */
    boolean tryReserve(int places) {
        try {
            return journal.reserve(places, 0);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Gives the places back that a task holds and will not use. */
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

    long listenerFailures() {
        return listenerFailures;
    }

    /** What the journal threw, which it must not; or null. */
    @Nullable
    Throwable journalFailure() {
        return journalFailure;
    }

    TaskEvent.Builder<T> event(EventKind kind, Instant at, Task<T> task) {
        return TaskEvent.builder(kind, number + 1, at, task);
    }

    /** Emits the event of a task; it uses up one of the task's reserved places if there is one. */
    TaskEvent<T> emit(TaskEvent.Builder<T> builder, LiveTask<T> live) {
        TaskEvent<T> event = builder.build();
        number++;
        boolean reserved = live.places > 0;
        if (reserved) {
            live.places--;
        }
        append(event, live.payload, reserved);
        for (QueueListener<T> listener : listeners) {
            tell(listener, event);
        }
        return event;
    }

    private void append(TaskEvent<T> event, byte[] payload, boolean reserved) {
        if (journalFailure != null) {
            return; // what it has is a prefix of what happened, and stays one
        }
        try {
            journal.append(event, payload, reserved);
        } catch (Throwable e) { // an error loses the event just as well
            LOG.log(Level.ERROR, "The journal of queue " + queue + " refused " + event + "; the queue is stopped.", e);
            journalFailure = e;
            monitor.sweepNow();
        }
    }

    private void tell(QueueListener<T> listener, TaskEvent<T> event) {
        try {
            listener.onEvent(event);
        } catch (Throwable e) {
            listenerFailures++;
            if (Failures.worthLogging(listenerFailures)) {
                LOG.log(
                        Level.WARNING,
                        "A listener of queue " + queue + " failed on " + event + " (failure " + listenerFailures
                                + " of this queue's listeners); the queue goes on.",
                        e);
            }
        }
    }
}
