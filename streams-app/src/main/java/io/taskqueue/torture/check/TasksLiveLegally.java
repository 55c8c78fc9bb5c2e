package io.taskqueue.torture.check;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.TaskId;
import io.taskqueue.torture.history.DispatcherEntry.Recovered;
import io.taskqueue.torture.history.ObservedEntry.DeadRetried;
import io.taskqueue.torture.history.TopicEntry.LoggedTask;
import io.taskqueue.torture.report.Counted;
import io.taskqueue.torture.report.Invariant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Invariant 3. Reads the accepted events, and which dead tasks were retried by order: each task's events must be a legal {@link TaskTransitions}. */
final class TasksLiveLegally implements InvariantCheck {

    private static final Invariant INVARIANT = Invariant.TASK_LIVES;

    @Override
    public void check(QueueCheck queue) {
        Set<TaskId> retried =
                queue.orders(DeadRetried.class).map(DeadRetried::task).collect(Collectors.toSet());
        queue.history().dispatchers((process, entry) -> {
            if (entry instanceof Recovered) {
                queue.findings().count(Counted.RECOVERIES, 1);
            }
        });
        Map<TaskId, TaskTransitions> lives = new HashMap<>();
        queue.events().forEachEvent(event -> {
            LoggedTask task = event.task();
            if (task == null) {
                return;
            }
            queue.findings().checked(INVARIANT, 1);
            if (event.kind() == EventKind.RESTORED) {
                queue.findings().count(Counted.RECOVERED, 1);
            }
            TaskTransitions life = lives.computeIfAbsent(task.id(), id -> {
                TaskTransitions begun = new TaskTransitions(queue.queue());
                if (retried.contains(id)) {
                    begun.orderRetry();
                }
                return begun;
            });
            Optional<String> problem = life.next(event, task);
            problem.ifPresent(found -> queue.violation(
                    INVARIANT,
                    task.id(),
                    "event " + event.position() + ", "
                            + event.kind().wireName() + " of task " + task.id() + ", attempt " + task.attempt()
                            + ", is not legal: " + found));
        });
        queue.findings()
                .count(
                        Counted.LIVE,
                        lives.values().stream().filter(TaskTransitions::live).count());
    }
}
