package io.taskqueue.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;

/**
 * The queues of a registry whose sources have closed. Their counters stay, so that the last values are still read, but only of the {@value
 * #KEPT} that closed last: a process may create queues without end. Thread-safe.
 */
final class ClosedQueues {

    /** How many closed queues keep their counters. */
    static final int KEPT = 1_000;

    private static final Map<MeterRegistry, ClosedQueues> BY_REGISTRY = new WeakHashMap<>();

    private final Map<String, Integer> open = new HashMap<>();
    private final Set<String> closed = new LinkedHashSet<>();

    private ClosedQueues() {}

    static ClosedQueues of(MeterRegistry registry) {
        synchronized (BY_REGISTRY) {
            return BY_REGISTRY.computeIfAbsent(registry, created -> new ClosedQueues());
        }
    }

    /** A source of a queue has started. */
    synchronized void opened(String queue) {
        closed.remove(queue);
        open.merge(queue, 1, Integer::sum);
    }

    /** A source of a queue has closed; returns the queue whose counters are to be removed. */
    synchronized Optional<String> closed(String queue) {
        if (open.merge(queue, -1, (sources, less) -> sources + less == 0 ? null : sources + less) != null) {
            return Optional.empty(); // its next source has started already
        }
        closed.add(queue);
        if (closed.size() <= KEPT) {
            return Optional.empty();
        }
        String oldest = closed.iterator().next();
        closed.remove(oldest);
        return Optional.of(oldest);
    }
}
