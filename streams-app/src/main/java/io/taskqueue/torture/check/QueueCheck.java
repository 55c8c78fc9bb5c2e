package io.taskqueue.torture.check;

import io.taskqueue.event.Position;
import io.taskqueue.event.TaskId;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.torture.history.QueueHistory;
import io.taskqueue.torture.report.Findings;
import io.taskqueue.torture.report.Invariant;
import io.taskqueue.torture.report.Subject;
import io.taskqueue.torture.report.Violation;

/**
 * The check of one queue: what a check of an invariant reads, and where it puts what it finds.
 *
 * @param run the run
 * @param history the queue's history
 * @param events the queue's events by position
 * @param findings what was found
 */
record QueueCheck(RunHistory run, QueueHistory history, EventTable events, Findings findings) {

    String queue() {
        return history.queue();
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
