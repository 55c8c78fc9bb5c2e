package io.taskqueue.torture.check;

import io.taskqueue.event.Position;
import io.taskqueue.event.TaskId;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.torture.history.Moment;
import io.taskqueue.torture.history.ObservedEntry;
import io.taskqueue.torture.history.ObservedEntry.ParkedDiscarded;
import io.taskqueue.torture.history.ObservedEntry.ParkedRedriven;
import io.taskqueue.torture.history.ObservedEntry.ParkedSeen;
import io.taskqueue.torture.history.ObservedEntry.ResultSeen;
import io.taskqueue.torture.history.QueueHistory;
import io.taskqueue.torture.history.RunPhase;
import io.taskqueue.torture.report.Findings;
import io.taskqueue.torture.report.Invariant;
import io.taskqueue.torture.report.Subject;
import io.taskqueue.torture.report.Violation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The check of one queue: what the checks of the invariants read, and where they put what they find.
 *
 * @param run the run
 * @param history the queue's history
 * @param events the queue's events by position
 * @param orders what the driver observed and ordered, without the recorded results
 * @param applied when each sink has first applied each event, before the replay at the end; by the sink's name
 * @param findings what was found
 */
record QueueCheck(
        RunHistory run,
        QueueHistory history,
        EventTable events,
        List<ObservedEntry> orders,
        Map<String, AppliedTable> applied,
        Findings findings) {

    /** Reads what several checks need. */
    static QueueCheck of(RunHistory run, QueueHistory history, Findings findings) {
        EventTable events = EventTable.of(history);
        events.count(findings);
        List<ObservedEntry> orders = new ArrayList<>();
        history.observed(entry -> {
            if (!(entry instanceof ResultSeen)) {
                orders.add(entry);
            }
        });
        Map<String, AppliedTable> applied = new HashMap<>();
        Moment end = run.began(RunPhase.REPLAY).orElse(null);
        run.settings().sinks().forEach(sink -> applied.put(sink, AppliedTable.of(history, sink, null, end)));
        return new QueueCheck(run, history, events, orders, applied, findings);
    }

    String queue() {
        return history.queue();
    }

    /** When a sink of the run has first applied each event, before the replay at the end. */
    AppliedTable appliedBy(String sink) {
        AppliedTable table = applied.get(sink);
        if (table == null) {
            throw new IllegalArgumentException("Sink " + sink + " is not of this run. This is a defect.");
        }
        return table;
    }

    /** The orders of one kind. */
    <E extends ObservedEntry> Stream<E> orders(Class<E> kind) {
        return orders.stream().filter(kind::isInstance).map(kind::cast);
    }

    /** The events that a sink need not have applied: they are parked at the end, or an operator has given them up. */
    Set<Position> parked(String sink) {
        Set<Position> parked = new HashSet<>();
        orders(ParkedSeen.class).filter(seen -> seen.sink().equals(sink)).forEach(seen -> parked.add(seen.position()));
        orders(ParkedDiscarded.class)
                .filter(discarded -> discarded.sink().equals(sink))
                .forEach(discarded -> parked.add(discarded.position()));
        return parked;
    }

    /** The events that a sink may have applied later than its checkpoint says: those of tasks that were parked, and redriven by order. */
    Set<Position> redriven(String sink) {
        Set<TaskId> tasks = new HashSet<>();
        orders(ParkedRedriven.class)
                .filter(order -> order.sink().equals(sink))
                .forEach(order -> tasks.add(order.task()));
        Set<Position> positions = new HashSet<>();
        if (!tasks.isEmpty()) {
            events.forEachEvent(event -> {
                if (event.task() != null && tasks.contains(event.task().id())) {
                    positions.add(event.position());
                }
            });
        }
        return positions;
    }

    void violation(Invariant invariant, TaskId task, String message) {
        violation(invariant, new Subject.OfTask(task), message);
    }

    void violation(Invariant invariant, Position position, String message) {
        violation(invariant, new Subject.OfPosition(position), message);
    }

    void violation(Invariant invariant, EffectKey key, String message) {
        violation(invariant, new Subject.OfEffect(key), message);
    }

    void violation(Invariant invariant, Subject subject, String message) {
        findings.violation(new Violation(invariant, queue(), subject, message));
    }
}
