package io.taskqueue.cli.dispatch;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.TaskEvent;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the events of one queue by kind, and from them its live tasks. Thread-safe. */
public final class DispatchCounters {

    private final Map<EventKind, AtomicLong> counts = new EnumMap<>(EventKind.class);

    public DispatchCounters() {
        for (EventKind kind : EventKind.values()) {
            counts.put(kind, new AtomicLong());
        }
    }

    /** Counts an event; a listener of the queue, called inside its lock. */
    public void count(TaskEvent<?> event) {
        counter(event.kind()).incrementAndGet();
    }

    /** The number of events of one kind. */
    public long of(EventKind kind) {
        return counter(kind).get();
    }

    /** Tasks that were enqueued. */
    public long enqueued() {
        return of(EventKind.ENQUEUED);
    }

    /** Tasks that were recovered from the topic. */
    public long restored() {
        return of(EventKind.RESTORED);
    }

    /** Tasks that this queue has had: those that were enqueued and those that were recovered. */
    public long tasks() {
        return enqueued() + restored();
    }

    /** Tasks that were completed or dead-lettered. */
    public long ended() {
        return of(EventKind.COMPLETED) + of(EventKind.DEAD_LETTERED);
    }

    /** Tasks of this queue that have neither ended nor been drained. */
    public long live() {
        return tasks() - ended() - of(EventKind.DRAINED);
    }

    /** The number of all events. */
    public long total() {
        return counts.values().stream().mapToLong(AtomicLong::get).sum();
    }

    /** The numbers by the names of the kinds in the wire format, without kinds that did not occur. */
    public Map<String, Long> byName() {
        Map<String, Long> named = new TreeMap<>();
        counts.forEach((kind, count) -> {
            if (count.get() > 0) {
                named.put(kind.wireName(), count.get());
            }
        });
        return named;
    }

    private AtomicLong counter(EventKind kind) {
        AtomicLong counter = counts.get(kind);
        if (counter == null) {
            throw new IllegalStateException("There is no counter for events of kind " + kind + ".");
        }
        return counter;
    }
}
