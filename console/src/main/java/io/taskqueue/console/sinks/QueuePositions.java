package io.taskqueue.console.sinks;

import io.taskqueue.console.overview.GrowthMeter;
import io.taskqueue.console.overview.GrowthMeter.Growth;
import io.taskqueue.console.overview.NewestPositions;
import io.taskqueue.console.overview.QueueHeads.Head;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The newest event of each queue, its newest positions over time, and whether its tasks only become more. For the thread of the index. */
final class QueuePositions {

    private final Map<String, NewestPositions> positions = new HashMap<>();
    private final Map<String, GrowthMeter> growth = new HashMap<>();
    private Map<String, Head> byName = Map.of();

    /** The newest events of all queues, at a time of the ticker. */
    void update(List<Head> heads, long nanos) {
        Map<String, Head> now = new HashMap<>();
        for (Head head : heads) {
            now.put(head.queueName(), head);
            positions
                    .computeIfAbsent(head.queueName(), name -> new NewestPositions())
                    .add(head.position(), head.occurredAt());
            Long live = head.live();
            if (live != null) {
                growth.computeIfAbsent(head.queueName(), name -> new GrowthMeter())
                        .measure(nanos, live);
            }
        }
        positions.keySet().retainAll(now.keySet());
        growth.keySet().retainAll(now.keySet());
        byName = now;
    }

    /** The newest events of all queues. */
    Collection<Head> heads() {
        return byName.values();
    }

    /** The queues that only grow. */
    Map<String, Growth> growing() {
        Map<String, Growth> growing = new HashMap<>();
        growth.forEach((queue, meter) -> meter.growth().ifPresent(found -> growing.put(queue, found)));
        return growing;
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
