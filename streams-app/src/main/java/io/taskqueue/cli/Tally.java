package io.taskqueue.cli;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.TaskEvent;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/** Counts a queue's events by kind, and knows how many tasks are live. Thread-safe. */
final class Tally {

    private final Map<EventKind, AtomicLong> counts = new EnumMap<>(EventKind.class);

    Tally() {
        for (EventKind kind : EventKind.values()) {
            counts.put(kind, new AtomicLong());
        }
    }

    /** Takes an event; to be called inside the queue's lock, as a listener. */
    void count(TaskEvent<?> event) {
        of(event.kind()).incrementAndGet();
    }

    AtomicLong of(EventKind kind) {
        AtomicLong count = counts.get(kind);
        if (count == null) {
            throw new IllegalStateException("Every kind has a count, but " + kind + " has none.");
        }
        return count;
    }

    /** Tasks put in. */
    long enqueued() {
        return of(EventKind.ENQUEUED).get();
    }

    /** Tasks that are done or dead. */
    long done() {
        return of(EventKind.COMPLETED).get() + of(EventKind.DEAD_LETTERED).get();
    }

    /** Tasks put in that have not ended and were not handed out by a drain. */
    long live() {
        return enqueued() - done() - of(EventKind.DRAINED).get();
    }

    /** All events so far. */
    long total() {
        return counts.values().stream().mapToLong(AtomicLong::get).sum();
    }

    /** The counts by the kinds' names on the wire, without those that never happened. */
    Map<String, Long> byName() {
        Map<String, Long> named = new TreeMap<>();
        counts.forEach((kind, count) -> {
            if (count.get() > 0) {
                named.put(kind.wireName(), count.get());
            }
        });
        return named;
    }
}
