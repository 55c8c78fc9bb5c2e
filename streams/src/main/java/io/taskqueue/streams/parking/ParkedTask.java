package io.taskqueue.streams.parking;

import io.taskqueue.event.TaskId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A task with parked events.
 *
 * @param task the task
 * @param events its parked events, in order; at least one; the others wait for the first one
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

    /** The tasks of parked events, in the order of the events; discarded events are ignored. */
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

    /** The event that the others wait for. */
    public ParkedEvent first() {
        return events.get(0);
    }

    /** Whether the task is being redriven, so that its events only wait for capacity. */
    public boolean redriven() {
        return first().released();
    }

    /** Whether another is the same task in the same state of parking: the sink has not changed it in between. */
    public boolean parkedAsIn(ParkedTask other) {
        return task.equals(other.task)
                && first().offset() == other.first().offset()
                && first().round() == other.first().round()
                && redriven() == other.redriven();
    }
}
