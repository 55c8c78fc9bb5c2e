package io.taskqueue.console.sinks;

import io.taskqueue.console.overview.NewestPositions;
import io.taskqueue.console.overview.QueueHeads.Head;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The newest event of each queue, and its newest positions over time. For the thread of the index. */
final class QueuePositions {

    private final Map<String, NewestPositions> positions = new HashMap<>();
    private Map<String, Head> byName = Map.of();

    /** The newest events of all queues. */
    void update(List<Head> heads) {
        Map<String, Head> now = new HashMap<>();
        for (Head head : heads) {
            now.put(head.queueName(), head);
            positions
                    .computeIfAbsent(head.queueName(), name -> new NewestPositions())
                    .add(head.position(), head.occurredAt());
        }
        positions.keySet().retainAll(now.keySet());
        byName = now;
    }

    /** The newest events of all queues. */
    Collection<Head> heads() {
        return byName.values();
    }

    @Nullable
    Head head(String queue) {
        return byName.get(queue);
    }

    @Nullable
    NewestPositions positions(String queue) {
        return positions.get(queue);
    }
}
