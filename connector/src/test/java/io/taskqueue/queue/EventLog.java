package io.taskqueue.queue;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.TaskEvent;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Records the events that a queue passed to its listeners. */
final class EventLog<T> implements QueueListener<T> {

    final List<TaskEvent<T>> events = new CopyOnWriteArrayList<>();

    @Override
    public void onEvent(TaskEvent<T> event) {
        events.add(event);
    }

    List<EventKind> kinds() {
        return events.stream().map(TaskEvent::kind).toList();
    }

    TaskEvent<T> last() {
        return events.get(events.size() - 1);
    }
}
