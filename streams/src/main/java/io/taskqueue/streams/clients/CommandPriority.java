package io.taskqueue.streams.clients;

import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads the commands of a partition before its events: no events are polled while there are commands that were not polled, or while it
 * is unknown whether there are any.
 *
 * <p>Kafka Streams would wait like that too, unless {@code max.task.idle.ms} is -1. But as long as there are no commands, which is
 * nearly always, it composes a log text for each event, which takes longer than passing the event to a worker.
 *
 * @param events the event topic
 * @param control the control topic, with as many partitions
 */
public record CommandPriority(String events, String control) {

    TopicPartition events(int partition) {
        return new TopicPartition(events, partition);
    }

    /**
     * The partitions that the next poll must not fetch.
     *
     * <p>Where it is unknown whether there are commands, the control partition is not fetched either: the broker reports its
     * end immediately, but answers a fetch that finds nothing only after half a second, and the next fetch waits for that answer.
     */
    Set<TopicPartition> waiting(Consumer<?, ?> consumer) {
        Set<TopicPartition> waiting = new HashSet<>();
        for (TopicPartition partition : consumer.assignment()) {
            if (partition.topic().equals(control)) {
                OptionalLong lag = consumer.currentLag(partition);
                if (lag.isEmpty()) {
                    waiting.add(partition);
                }
                if (lag.orElse(1) > 0) {
                    waiting.add(events(partition.partition()));
                }
            }
        }
        return waiting;
    }
}
