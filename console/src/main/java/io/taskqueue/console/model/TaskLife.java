package io.taskqueue.console.model;

import java.util.List;

/**
 * A task and its events, read from the event topic.
 *
 * @param task the task as of its newest event
 * @param events its events, oldest first
 * @param missing how many of its events are not in the topic any more, or are beyond what the index keeps of a task
 */
public record TaskLife(TaskView task, List<EventView> events, long missing) {

    public TaskLife {
        events = List.copyOf(events);
    }
}
