package io.taskqueue.source.publish;

import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The queues that have events to be sent, by their partition. Partitions take turns, and in the turn of a partition its queues do.
 *
 * <p>So the events of many queues that each have few fill one batch of a partition before the next: in a rotation of queues alone they would be
 * spread over as many small batches as there are partitions, each compressed by itself.
 *
 * <p>{@link #add} is thread-safe; the other methods are for the publisher's thread.
 */
final class ReadyQueues {

    /** The queues of one partition. */
    static final class OfPartition {

        private final Queue<Publication<?>> ready = new ConcurrentLinkedQueue<>();
        private final AtomicBoolean isListed = new AtomicBoolean();

        /** The next queue; null if there is none. */
        @Nullable
        Publication<?> next() {
            return ready.poll();
        }
    }

    private final Map<TopicPartition, OfPartition> partitions = new ConcurrentHashMap<>();
    private final Queue<OfPartition> listed = new ConcurrentLinkedQueue<>();

    void add(Publication<?> queue) {
        OfPartition partition = partitions.get(queue.partition());
        if (partition == null) {
            partition = partitions.computeIfAbsent(queue.partition(), first -> new OfPartition());
        }
        partition.ready.add(queue);
        list(partition);
    }

    /** The next partition with queues that are ready, whose turn begins; null if there is none. */
    @Nullable
    OfPartition next() {
        return listed.poll();
    }

    /** The turn of a partition has ended. */
    void ended(OfPartition partition) {
        partition.isListed.set(false); // first: a queue that is added from now on lists it
        if (!partition.ready.isEmpty()) {
            list(partition);
        }
    }

    boolean isEmpty() {
        return listed.isEmpty();
    }

    private void list(OfPartition partition) {
        if (partition.isListed.compareAndSet(false, true)) {
            listed.add(partition);
        }
    }
}
