package io.taskqueue.console.fold;

import java.util.Map;

/**
 * The event topic as it was described when the view started.
 *
 * @param id its id; another topic of the same name has another one
 * @param partitions how many it has
 * @param starts the offset of the first record that each partition holds
 */
public record EventTopicState(String id, int partitions, Map<Integer, Long> starts) {

    public EventTopicState {
        starts = Map.copyOf(starts);
    }

    long start(int partition) {
        return starts.getOrDefault(partition, 0L);
    }
}
