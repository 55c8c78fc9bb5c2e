package io.taskqueue.streams;

import io.taskqueue.event.TaskId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A task of which events are parked.
 *
 * @param task the task
 * @param events its parked events, in order; at least one, and the first is what keeps the others
 */
public record ParkedTask(TaskId task, List<ParkedEvent> events) {

    /** @throws IllegalArgumentException if there is no event */
    public ParkedTask {
        events = List.copyOf(events);
        if (events.isEmpty()) {
            throw new IllegalArgumentException(
                    "A parked task has at least one parked event, but task " + task + " has none.");
        }
    }

    /** The tasks of parked events, in the order of the events; discarded ones are left out. */
    public static List<ParkedTask> of(List<ParkedEvent> events) {
        Map<TaskId, List<ParkedEvent>> byTask = new LinkedHashMap<>();
        for (ParkedEvent event : events) {
            if (!event.discarded()) {
                byTask.computeIfAbsent(event.event().taskId(), task -> new ArrayList<>())
                        .add(event);
            }
        }
        List<ParkedTask> tasks = new ArrayList<>();
        byTask.forEach((task, parked) -> tasks.add(new ParkedTask(task, parked)));
        return tasks;
    }

    /** The event that keeps the others. */
    public ParkedEvent first() {
        return events.get(0);
    }

    /** Whether the task is being redriven, so that its events only wait for room. */
    public boolean redriven() {
        return first().released();
    }

    /** Whether another is the same task, parked as this one: the sink has done nothing about it in between. */
    public boolean parkedAsIn(ParkedTask other) {
        return task.equals(other.task)
                && first().offset() == other.first().offset()
                && first().round() == other.first().round()
                && redriven() == other.redriven();
    }
}
