package io.taskqueue.streams.parking;

import io.taskqueue.event.TaskId;
import io.taskqueue.streams.checkpoint.EventLocation;

/** Which event is parked. */
public record ParkedKey(TaskId task, EventLocation location) {

    /** The event's offset. */
    public long offset() {
        return location.offset();
    }
}
