package io.taskqueue.torture.check;

import io.taskqueue.event.EventFlag;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.TaskId;
import io.taskqueue.torture.history.DispatcherEntry.Confirmed;
import io.taskqueue.torture.history.RunPhase;
import io.taskqueue.torture.history.TopicEntry.LoggedEvent;
import io.taskqueue.torture.history.TopicEntry.LoggedTask;
import io.taskqueue.torture.report.Counted;
import io.taskqueue.torture.report.Invariant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Invariant 1. Reads the accepted events of the queue, and what its dispatchers confirmed. A change that was confirmed must be among the accepted
 * events; its task must then be live for the owner that is left, or have ended once. A key that is unique in the run must not have two tasks.
 */
final class ConfirmedTasksSurvive implements InvariantCheck {

    private static final Invariant INVARIANT = Invariant.CONFIRMED_TASKS;

    /** What the events say of a task. */
    private static final class Outcome {
        private final TaskId task;
        private boolean enqueued;
        private boolean ended;
        private boolean completed;
        private int finalStates;
        private int attemptsEnded;
        private long epoch;

        private Outcome(TaskId task) {
            this.task = task;
        }

        private void add(LoggedEvent event, LoggedTask state) {
            epoch = event.position().epoch();
            switch (event.kind()) {
                case ENQUEUED -> enqueued = true;
                case COMPLETED -> {
                    completed = true;
                    attemptsEnded = Math.max(attemptsEnded, state.attempt());
                    end();
                }
                case DEAD_LETTERED -> end();
                case DRAINED -> {
                    if (!state.flags().contains(EventFlag.HAND_OVER)) {
                        end();
                    }
                }
                case RESTORED -> {
                    // a drained or dead task that is restored has not ended there
                    if (ended && !completed) {
                        ended = false;
                        finalStates--;
                    }
                }
                case FAILED, LEASE_EXPIRED -> attemptsEnded = Math.max(attemptsEnded, state.attempt());
                case AVAILABLE, LEASE_GRANTED, HEARTBEAT, REQUEUED, SNAPSHOT, SOURCE_STARTED -> {}
            }
        }

        private void end() {
            ended = true;
            finalStates++;
        }
    }

    @Override
    public void check(QueueCheck queue) {
        Map<TaskId, Outcome> outcomes = new HashMap<>();
        Map<String, TaskId> keys = new HashMap<>();
        queue.events().forEachEvent(event -> {
            LoggedTask task = event.task();
            if (task != null) {
                outcomes.computeIfAbsent(task.id(), Outcome::new).add(event, task);
                checkKey(queue, event, task, keys);
            }
        });
        queue.findings().count(Counted.TASKS, outcomes.size());
        queue.history().dispatchers((process, entry) -> {
            if (entry instanceof Confirmed confirmed) {
                checkConfirmed(queue, process, confirmed, outcomes.get(confirmed.task()));
            }
        });
        checkEnds(queue, outcomes);
    }

    private static void checkKey(QueueCheck queue, LoggedEvent event, LoggedTask task, Map<String, TaskId> keys) {
        String key = task.key();
        if (event.kind() != EventKind.ENQUEUED
                || key == null
                || !queue.run().settings().uniqueKeys()) {
            return;
        }
        TaskId before = keys.putIfAbsent(key, task.id());
        if (before != null) {
            queue.violation(
                    INVARIANT,
                    task.id(),
                    "the key " + key + " was enqueued twice: as task " + before + ", and as task " + task.id()
                            + " at position " + event.position());
        }
    }

    private static void checkConfirmed(
            QueueCheck queue, String process, Confirmed confirmed, @Nullable Outcome outcome) {
        queue.findings().checked(INVARIANT, 1);
        if (confirmed.change() == EventKind.ENQUEUED) {
            queue.findings().count(Counted.CONFIRMED, 1);
        }
        boolean kept = outcome != null
                && switch (confirmed.change()) {
                    case ENQUEUED -> outcome.enqueued;
                    case COMPLETED -> outcome.completed;
                    default -> outcome.attemptsEnded >= confirmed.attempt();
                };
        if (!kept) {
            queue.findings().count(Counted.LOST, 1);
            queue.violation(
                    INVARIANT,
                    confirmed.task(),
                    "dispatcher " + process + " confirmed "
                            + confirmed.change().wireName() + " of task " + confirmed.task() + ", attempt "
                            + confirmed.attempt() + ", but no accepted event states it");
        }
        Position upTo = confirmed.upTo();
        if (upTo != null && queue.events().standing(upTo) != EventTable.Standing.ACCEPTED) {
            queue.findings().count(Counted.FORKED, 1);
            queue.violation(
                    INVARIANT,
                    confirmed.task(),
                    "dispatcher " + process + " confirmed everything up to "
                            + upTo + ", but this event is "
                            + (queue.events().standing(upTo) == EventTable.Standing.FENCED
                                    ? "behind the fence"
                                    : "not on the topic"));
        }
    }

    private static void checkEnds(QueueCheck queue, Map<TaskId, Outcome> outcomes) {
        long owner = queue.events().latest().map(Position::epoch).orElse(0L);
        boolean ownerIsLeft = queue.run().began(RunPhase.QUIET).isPresent();
        for (Outcome outcome : outcomes.values()) {
            queue.findings().checked(INVARIANT, 1);
            if (outcome.finalStates > 1) {
                queue.violation(
                        INVARIANT,
                        outcome.task,
                        "task " + outcome.task + " has ended " + outcome.finalStates + " times");
            }
            if (!outcome.ended && outcome.epoch < owner && ownerIsLeft) {
                queue.findings().count(Counted.LOST, 1);
                queue.violation(
                        INVARIANT,
                        outcome.task,
                        "task " + outcome.task + " is live since epoch " + outcome.epoch
                                + ", but the last owner, of epoch " + owner + ", has not restored it");
            }
        }
    }
}
