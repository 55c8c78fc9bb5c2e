package io.taskqueue.streams;

import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Of a partition, no event is taken while commands are there that were not, or while nobody knows whether there are any.
 *
 * <p>Kafka Streams would wait like that too, unless {@code max.task.idle.ms} is -1. But as long as there are no commands, which is
 * nearly always, it composes a text about it for each event, which takes longer than to hand the event to a worker.
 *
 * @param events the event topic
 * @param control the control topic, with as many partitions
 */
record CommandsFirst(String events, String control) {

    TopicPartition events(int partition) {
        return new TopicPartition(events, partition);
    }

    /**
     * The partitions that the next poll is to leave alone.
     *
     * <p>Where it is not known whether there are commands, they are left alone as well: the broker answers the question at once,
     * but a fetch that finds nothing half a second later, and a second one has to wait for the first.
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
