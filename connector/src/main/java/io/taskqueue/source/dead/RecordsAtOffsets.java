package io.taskqueue.source.dead;

import io.taskqueue.kafka.TopicReader;
import java.util.Collection;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Reads single records of a partition. Long stretches between them are not read. */
final class RecordsAtOffsets {

    /** About as many events as one fetch returns: seeking past fewer would discard what was fetched already. */
    private static final long SHORT_STRETCH = 2_000;

    private RecordsAtOffsets() {}

    /**
     * Reads the records at these offsets, in their order. Where there is no record at an offset, none is passed on.
     *
     * @param offsets offsets between the beginning and the end of the partition
     * @param next takes a record; returns whether to read on
     */
    static void read(
            TopicReader reader,
            TopicPartition partition,
            Collection<Long> offsets,
            Predicate<ConsumerRecord<byte[], byte[]>> next) {
        TreeSet<Long> left = new TreeSet<>(offsets);
        long position = Long.MIN_VALUE;
        while (!left.isEmpty()) {
            long offset = left.first();
            if (position < offset - SHORT_STRETCH || position > offset) {
                reader.seek(Map.of(partition, offset));
            }
            reader.readTo(Map.of(partition, offset + 1), record -> {
                if (left.remove(record.offset()) && !next.test(record)) {
                    left.clear();
                }
            });
            position = reader.position(partition);
            left.headSet(position).clear(); // what was not found before the position does not exist
        }
    }
}
