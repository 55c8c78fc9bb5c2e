package io.taskqueue.console.topology;

import io.taskqueue.console.fold.PartitionFold;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The folds of the partitions that this process has now. Thread-safe. */
final class AssignedFolds {

    private final Map<Integer, PartitionFold> byPartition = new ConcurrentHashMap<>();

    void add(PartitionFold fold) {
        byPartition.put(fold.partition(), fold);
    }

    void remove(PartitionFold fold) {
        boolean unused = byPartition.remove(fold.partition(), fold);
    }

    Optional<PartitionFold> of(int partition) {
        return Optional.ofNullable(byPartition.get(partition));
    }

    Collection<PartitionFold> all() {
        return List.copyOf(byPartition.values());
    }

    Set<Integer> partitions() {
        return Set.copyOf(byPartition.keySet());
    }
}
