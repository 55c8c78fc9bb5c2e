package io.taskqueue.streams.parking;

import java.util.List;
import java.util.Map;

/**
 * The parked and discarded events in the partitions of one instance of a sink, as of now.
 *
 * @param partitions how many partitions the sink has, those of other instances included
 * @param byPartition the events of each partition of this instance
 */
public record LocalParkedEvents(int partitions, Map<Integer, List<ParkedEvent>> byPartition) {

    public LocalParkedEvents {
        byPartition = Map.copyOf(byPartition);
    }

    /** Whether the instance has all partitions of the sink. */
    public boolean complete() {
        return partitions > 0 && byPartition.size() == partitions;
    }
}
