package io.taskqueue.streams.status;

import io.taskqueue.metrics.SinkMeters;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleBinaryOperator;
import java.util.function.ToDoubleFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which queues are measured each by itself: the first ones that the sink reads, up to a number. All others share one series, because what
 * reads the meters pays for each. Their gauges show the highest lag, the number of parked events together, and whether any is diverged.
 * Thread-safe.
 */
final class QueueSeries {

    private static final Logger LOG = LoggerFactory.getLogger(QueueSeries.class);

    private final String sink;
    private final SinkMeters meters;
    private final int most;
    private final Set<String> own = ConcurrentHashMap.newKeySet();
    private final Map<String, QueueProgress> others = new ConcurrentHashMap<>();

    QueueSeries(String sink, SinkMeters meters, int most) {
        this.sink = sink;
        this.meters = meters;
        this.most = most;
    }

    /** The name under which a queue is measured from now on. */
    synchronized String of(String queue) {
        if (own.contains(queue) || (own.size() < most && own.add(queue))) {
            return queue;
        }
        return SinkMeters.OTHER_QUEUES;
    }

    /** Registers the gauges of a queue, or adds it to those that share them. */
    synchronized QueueProgress measured(QueueProgress progress, String queue) {
        if (own.contains(queue)) {
            meters.gauge(SinkMeters.DIVERGED, queue, progress, QueueProgress::diverged);
            meters.gauge(SinkMeters.SEQUENCE_LAG, queue, progress, QueueProgress::sequenceLag);
            meters.gauge(SinkMeters.PARKED, queue, progress, QueueProgress::parkedEvents);
            meters.gauge(SinkMeters.WALL_CLOCK_LAG, queue, progress, QueueProgress::wallClockLag);
            return progress;
        }
        if (others.isEmpty()) {
            shareGauges();
            LOG.warn(
                    "Sink {} has read more than {} queues, and only the first ones are measured each by itself: queue {} and those after"
                            + " it share the meters of queue=\"{}\". To measure more of them, raise --queue-series (in code, queueSeries)",
                    sink,
                    most,
                    queue,
                    SinkMeters.OTHER_QUEUES);
        }
        others.put(queue, progress);
        return progress;
    }

    private void shareGauges() {
        String name = SinkMeters.OTHER_QUEUES;
        meters.gauge(SinkMeters.DIVERGED, name, this, all -> all.of(QueueProgress::diverged, Math::max));
        meters.gauge(SinkMeters.SEQUENCE_LAG, name, this, all -> all.of(QueueProgress::sequenceLag, Math::max));
        meters.gauge(SinkMeters.PARKED, name, this, all -> all.of(QueueProgress::parkedEvents, Double::sum));
        meters.gauge(SinkMeters.WALL_CLOCK_LAG, name, this, all -> all.of(QueueProgress::wallClockLag, Math::max));
    }

    /** A value of all queues that share it, but for those that have none now; NaN where none has. */
    private double of(ToDoubleFunction<QueueProgress> value, DoubleBinaryOperator together) {
        return others.values().stream()
                .mapToDouble(value)
                .filter(one -> !Double.isNaN(one))
                .reduce(together)
                .orElse(Double.NaN);
    }

    /** The queues that share a series. */
    Set<String> others() {
        return Set.copyOf(others.keySet());
    }

    /** A queue is gone: another one may be measured by itself in its place. */
    synchronized void forget(String queue) {
        if (own.remove(queue)) {
            meters.forget(queue);
        } else {
            others.remove(queue);
        }
    }
}
