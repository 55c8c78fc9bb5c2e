package io.taskqueue.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which queues of a group of sources are measured each by itself: the first ones, up to a number. All others share the meters with the queue name
 * {@value SinkMeters#OTHER_QUEUES}, because each queue has more than twenty, and what reads the meters pays for each. Where the source of a queue
 * with its own meters closes, the next one takes its place. Thread-safe.
 */
public final class SourceSeries {

    private static final Logger LOG = LoggerFactory.getLogger(SourceSeries.class);

    private final @Nullable MeterRegistry registry;
    private final int most;
    private final Map<String, Integer> own = new HashMap<>();
    private final Map<String, Integer> others = new HashMap<>();
    private @Nullable SourceCounters sharedCounters;
    private @Nullable SharedGauges sharedGauges;

    /**
     * @param registry where the meters are; empty if nothing is measured
     * @param most how many queues are measured each by itself
     */
    public SourceSeries(Optional<MeterRegistry> registry, int most) {
        this.registry = registry.orElse(null);
        this.most = most;
    }

    /** The meters of a queue whose source starts; to be closed with it. */
    public synchronized SourceMeters open(String queue) {
        MeterRegistry shown = registry;
        if (shown == null) {
            return new SourceMeters(SourceCounters.NONE, SourceMeters.tagsOf(queue), null, () -> {});
        }
        if (own.containsKey(queue) || own.size() < most) {
            own.merge(queue, 1, Integer::sum);
            return new SourceMeters(shown, queue, () -> closed(own, queue));
        }
        SharedGauges gauges = sharedGauges;
        if (gauges == null) {
            gauges = new SharedGauges(shown);
            sharedGauges = gauges;
            sharedCounters = SourceCounters.of(shown, SinkMeters.OTHER_QUEUES);
            LOG.warn(
                    "This process has sources of more than {} queues, and only the first ones are measured each by itself: queue {} and"
                            + " those after it share the meters of queue=\"{}\". To measure more of them, raise queueSeries",
                    most,
                    queue,
                    SinkMeters.OTHER_QUEUES);
        }
        others.merge(queue, 1, Integer::sum);
        return new SourceMeters(
                Objects.requireNonNull(sharedCounters),
                SourceMeters.tagsOf(SinkMeters.OTHER_QUEUES),
                gauges.ofSource(),
                () -> closed(others, queue));
    }

    private synchronized void closed(Map<String, Integer> of, String queue) {
        of.computeIfPresent(queue, (name, sources) -> sources == 1 ? null : sources - 1);
    }

    /** The queues that share meters. */
    public synchronized Set<String> others() {
        return Set.copyOf(others.keySet());
    }
}
