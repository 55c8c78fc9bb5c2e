package io.taskqueue.source.dead;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Dead tasks of a queue.
 *
 * @param reading what was read
 * @param tasks the selected tasks, in the order in which they became dead
 * @param next the offset from which further tasks are to be read; empty if there are none
 * @param latest the latest event of the tasks that the query selects by their identity, of whatever kind; empty if the partition holds
 *     none
 */
public record DeadTaskPage(Reading reading, List<DeadTask> tasks, OptionalLong next, Optional<LatestEvent> latest) {

    public DeadTaskPage {
        Objects.requireNonNull(reading, "reading");
        tasks = List.copyOf(tasks);
        Objects.requireNonNull(next, "next");
        Objects.requireNonNull(latest, "latest");
    }

    /**
     * The part of the queue's partition that was read.
     *
     * @param topic the event topic
     * @param partition the queue's partition
     * @param from the first offset that the partition holds. Retention has removed everything before it, dead tasks too; 0 if it has
     *     removed nothing
     * @param first the position of the first event of the queue that the partition holds, if it holds one
     * @param to the end of the partition when it was read
     * @param last the position of the last event of the queue before that end, if there is one
     */
    public record Reading(
            String topic, int partition, long from, Optional<Position> first, long to, Optional<Position> last) {

        public Reading {
            Objects.requireNonNull(topic, "topic");
            Objects.requireNonNull(first, "first");
            Objects.requireNonNull(last, "last");
        }
    }

    /**
     * An event of a task.
     *
     * @param kind its kind; empty if this version does not know it
     */
    public record LatestEvent(Optional<EventKind> kind, Position position, long offset) {}
}
