package io.taskqueue.console.sinks;

import io.taskqueue.console.model.QueueView;
import io.taskqueue.console.overview.NewestPositions;
import io.taskqueue.event.Position;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The queues as they are known now, and their newest positions over time. For the thread of the index. */
final class QueuePositions {

    private final Map<String, NewestPositions> positions = new HashMap<>();
    private Map<String, QueueView> byName = Map.of();

    /** All queues as they are now. */
    void update(List<QueueView> queues) {
        Map<String, QueueView> now = new HashMap<>();
        for (QueueView queue : queues) {
            now.put(queue.name(), queue);
            positions
                    .computeIfAbsent(queue.name(), name -> new NewestPositions())
                    .add(new Position(queue.epoch(), queue.sequence()), queue.lastEventAt());
        }
        positions.keySet().retainAll(now.keySet());
        byName = now;
    }

    Map<String, QueueView> byName() {
        return byName;
    }

    @Nullable
    NewestPositions positions(String queue) {
        return positions.get(queue);
    }
}
