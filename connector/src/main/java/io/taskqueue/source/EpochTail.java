package io.taskqueue.source;

import io.taskqueue.event.Position;
import io.taskqueue.serde.EventHeaders;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;

/**
 * The epochs at the end of an event partition. They all came from the registry, so the next claim must be higher; if not, the
 * registry lost its records, or the events came from a cluster with another one.
 */
final class EpochTail {

    private static final long RECORDS = 500;

    /** No epoch was found. */
    static final long NONE = -1;

    private EpochTail() {}

    /** The highest epoch among the last records. */
    static long highest(PartitionReader reader, TopicPartition partition) {
        PartitionReader.Extent extent = reader.extent(partition.topic(), partition.partition());
        AtomicLong highest = new AtomicLong(NONE);
        reader.from(partition.topic(), partition.partition(), Math.max(extent.begin(), extent.end() - RECORDS));
        reader.readTo(extent.end(), record -> EventHeaders.read(record.headers())
                .map(EventHeaders::position)
                .map(Position::epoch)
                .ifPresent(epoch -> highest.accumulateAndGet(epoch, Math::max)));
        return highest.get();
    }
}
