package io.taskqueue.console.sinks;

import io.taskqueue.console.model.ParkedDecision;
import io.taskqueue.console.model.ParkedDecision.Action;
import io.taskqueue.streams.admin.ParkedEvents;
import io.taskqueue.streams.parking.ParkedTask;
import java.util.List;
import java.util.Map;

/** Carries out decisions about parked tasks of a sink, or states what they would do. */
record ParkedDecider(Map<String, Object> kafka, String sink) {

    /**
     * Decides about tasks. A command has no effect on a task that the sink has changed since it was read.
     *
     * @throws IllegalArgumentException if a discard does not state who decided and why, or a text is too long; in a dry run as well
     * @throws IllegalStateException if the commands could not be written
     */
    ParkedDecision.Outcome decide(List<ParkedTask> tasks, ParkedDecision decision) throws InterruptedException {
        ParkedEvents parked = new ParkedEvents(kafka, sink);
        ParkedEvents.Decision commands = decision.action() == Action.REDRIVE
                ? parked.redriveAll(tasks, decision.by())
                : parked.discardAll(tasks, decision.by(), decision.reason(), decision.following());
        boolean executed = !decision.dryRun() && !tasks.isEmpty();
        if (executed) {
            commands.send();
        }
        long events = decision.action() == Action.DISCARD && !decision.following()
                ? tasks.size()
                : tasks.stream().mapToLong(task -> task.events().size()).sum();
        return new ParkedDecision.Outcome(
                tasks.stream().map(task -> task.task().toString()).toList(),
                events,
                executed,
                executed ? commands.id() : "");
    }
}
