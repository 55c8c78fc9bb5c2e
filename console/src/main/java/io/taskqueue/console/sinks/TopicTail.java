package io.taskqueue.console.sinks;

import io.taskqueue.kafka.TopicReader;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Follows partitions of several topics from their start: each call passes on what was written since the last one. For one thread, but {@link
 * #wakeup}.
 *
 * <p>A partition that has lost the next record to be read, because its topic was created again, is read again from its start.
 */
final class TopicTail implements AutoCloseable {

    /** What receives the records of a partition, in their order. */
    interface Follower {

        void add(ConsumerRecord<byte[], byte[]> record);

        /** Forgets the partition: its records come again from the first that it still holds. */
        void restart(TopicPartition partition);
    }

    private final Supplier<TopicReader> readers;
    private final Map<TopicPartition, Long> next = new HashMap<>();
    private Set<TopicPartition> assigned = Set.of();
    private Map<TopicPartition, Follower> followed = Map.of();
    private volatile @Nullable TopicReader reader;

    /** @param readers opens a reader; called again after one failed */
    TopicTail(Supplier<TopicReader> readers) {
        this.readers = readers;
    }

    /**
     * Reads partitions to the end that they have now. Partitions that are not among them, or have another follower now, are forgotten.
     *
     * @param behind is given how many offsets are left, again and again
     * @throws org.apache.kafka.common.KafkaException if a partition cannot be read; what was read before was passed on, and the next call continues
     *     there
     */
    void read(Map<TopicPartition, Follower> followers, LongConsumer behind) {
        followed.forEach((partition, follower) -> {
            if (followers.get(partition) != follower) {
                forget(partition, follower); // its topic was deleted, perhaps to be created again
            }
        });
        followed = Map.copyOf(followers);
        boolean complete = followers.isEmpty();
        while (!complete) {
            complete = readToEnds(behind);
        }
        behind.accept(0);
    }

    /** Returns false where partitions have lost the next record to be read, and have to be read from their start. */
    private boolean readToEnds(LongConsumer behind) {
        TopicReader open = open();
        Map<TopicPartition, Long> ends = open.ends(followed.keySet());
        start(open, ends);
        if (!assigned.equals(next.keySet())) {
            open.seek(next);
            assigned = Set.copyOf(next.keySet());
        }
        Map<TopicPartition, Long> to = new HashMap<>(ends);
        to.entrySet().removeIf(end -> next.getOrDefault(end.getKey(), 0L) >= end.getValue());
        if (to.isEmpty()) {
            return true;
        }
        long[] left = {
            to.entrySet().stream()
                    .mapToLong(end -> end.getValue() - next.getOrDefault(end.getKey(), 0L))
                    .sum()
        };
        behind.accept(left[0]);
        try {
            open.readTo(to, record -> {
                TopicPartition partition = new TopicPartition(record.topic(), record.partition());
                Follower follower = followed.get(partition);
                if (follower != null) {
                    follower.add(record);
                }
                long passed = record.offset() + 1 - next.getOrDefault(partition, 0L);
                next.put(partition, record.offset() + 1);
                left[0] = Math.max(0, left[0] - passed);
                behind.accept(left[0]);
            });
        } catch (OffsetOutOfRangeException e) {
            restart(e.partitions());
            return false;
        } catch (KafkaException e) {
            assigned = Set.of(); // records may have been fetched and not passed on
            throw e;
        }
        to.keySet().forEach(partition -> next.put(partition, open.position(partition)));
        return true;
    }

    /** Begins with new partitions, and again with those whose end lies before what was read. */
    private void start(TopicReader open, Map<TopicPartition, Long> ends) {
        Set<TopicPartition> shortened = new HashSet<>();
        next.forEach((partition, at) -> {
            if (ends.getOrDefault(partition, at) < at) {
                shortened.add(partition);
            }
        });
        restart(shortened);
        Set<TopicPartition> unread = new HashSet<>(followed.keySet());
        unread.removeAll(next.keySet());
        if (!unread.isEmpty()) {
            next.putAll(open.beginnings(unread));
        }
    }

    /** Reads partitions from their start, if they are followed: now, or in the next call of {@link #read}. */
    void restart(Collection<TopicPartition> partitions) {
        partitions.forEach(partition -> {
            Follower follower = followed.get(partition);
            if (follower != null) {
                forget(partition, follower);
            }
        });
    }

    private void forget(TopicPartition partition, Follower follower) {
        assigned = Set.of();
        next.remove(partition);
        follower.restart(partition);
    }

    /**
     * Passes on once more what the last call of {@link #read} has passed on of some partitions, from these offsets.
     *
     * @throws org.apache.kafka.common.KafkaException as {@link #read}
     */
    void readAgain(Map<TopicPartition, Long> from, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        Map<TopicPartition, Long> to = new HashMap<>(next);
        to.keySet().retainAll(from.keySet());
        assigned = Set.of();
        TopicReader open = open();
        open.seek(from);
        open.readTo(to, record -> {
            if (record.offset() < to.getOrDefault(new TopicPartition(record.topic(), record.partition()), 0L)) {
                reader.accept(record);
            }
        });
    }

    private TopicReader open() {
        TopicReader open = reader;
        if (open == null) {
            open = readers.get();
            assigned = Set.of();
            reader = open;
        }
        return open;
    }

    /** Ends what the reading thread waits for. */
    void wakeup() {
        TopicReader open = reader;
        if (open != null) {
            open.wakeup();
        }
    }

    /** Closes the reader; the next call of {@link #read} opens another one and continues. */
    @Override
    public void close() {
        TopicReader open = reader;
        reader = null;
        if (open != null) {
            open.close();
        }
    }
}
