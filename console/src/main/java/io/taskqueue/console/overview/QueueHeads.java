package io.taskqueue.console.overview;

import io.taskqueue.console.model.QueueIndex;
import io.taskqueue.console.model.ViewProgress.State;
import io.taskqueue.event.Position;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The newest event of each queue, with which the positions of sinks are compared. Thread-safe; does not wait. */
public interface QueueHeads {

    /**
     * The newest event of a queue.
     *
     * @param queueName the queue
     * @param partition its partition of the event topic
     * @param position its position
     * @param occurredAt when it occurred
     * @param eventsPerSecond how many events of the queue are written a second
     * @param live how many tasks are pending, delayed or leased; null if unknown
     */
    record Head(
            String queueName,
            int partition,
            Position position,
            Instant occurredAt,
            double eventsPerSecond,
            @Nullable Long live) {

        /** Of a queue whose number of tasks is unknown. */
        public Head(String queueName, int partition, Position position, Instant occurredAt, double eventsPerSecond) {
            this(queueName, partition, position, occurredAt, eventsPerSecond, null);
        }
    }

    /** The newest event of each queue that is known. */
    List<Head> heads();

    /** Whether they are those of now, and not of events that are being read. */
    boolean current();

    /** Those of an index of queues. */
    static QueueHeads of(QueueIndex queues) {
        return new QueueHeads() {

            @Override
            public List<Head> heads() {
                return queues.queues().stream()
                        .map(queue -> new Head(
                                queue.name(),
                                queue.partition(),
                                new Position(queue.epoch(), queue.sequence()),
                                queue.lastEventAt(),
                                queue.rates().events(),
                                queue.depth().live()))
                        .toList();
            }

            @Override
            public boolean current() {
                return queues.progress().state() == State.CURRENT;
            }
        };
    }
}
