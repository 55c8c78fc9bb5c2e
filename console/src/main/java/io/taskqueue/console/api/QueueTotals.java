package io.taskqueue.console.api;

import io.taskqueue.console.model.Badge;
import io.taskqueue.console.model.QueueView;
import io.taskqueue.console.model.SinkView;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Sums over all queues.
 *
 * @param queues how many there are
 * @param depth their tasks by phase
 * @param rates their rates
 * @param badges how many queues have a badge of each kind; kinds that no queue has are absent
 * @param sinkBadges how many sinks have a badge of each kind; kinds that no sink has are absent
 * @param parked how many events are parked at all sinks together; null if that is unknown of each sink
 */
record QueueTotals(
        int queues,
        QueueView.Depth depth,
        QueueView.Rates rates,
        Map<Badge.Kind, Integer> badges,
        Map<Badge.Kind, Integer> sinkBadges,
        @Nullable Long parked) {

    QueueTotals {
        badges = Map.copyOf(badges);
        sinkBadges = Map.copyOf(sinkBadges);
    }

    static QueueTotals of(List<QueueRow> rows, List<SinkView> sinks) {
        long pending = 0;
        long delayed = 0;
        long leased = 0;
        long dead = 0;
        double events = 0;
        double enqueued = 0;
        double completed = 0;
        Map<Badge.Kind, Integer> badges = new EnumMap<>(Badge.Kind.class);
        for (QueueRow row : rows) {
            QueueView.Depth depth = row.queue().depth();
            pending += depth.pending();
            delayed += depth.delayed();
            leased += depth.leased();
            dead += depth.dead();
            QueueView.Rates rates = row.queue().rates();
            events += rates.events();
            enqueued += rates.enqueued();
            completed += rates.completed();
            count(row.problems(), badges);
        }
        Map<Badge.Kind, Integer> sinkBadges = new EnumMap<>(Badge.Kind.class);
        sinks.forEach(sink -> count(sink.problems(), sinkBadges));
        return new QueueTotals(
                rows.size(),
                new QueueView.Depth(pending, delayed, leased, dead),
                new QueueView.Rates(events, enqueued, completed),
                badges,
                sinkBadges,
                sinks.stream()
                        .map(SinkView::parked)
                        .filter(Objects::nonNull)
                        .reduce(Long::sum)
                        .orElse(null));
    }

    private static void count(List<Badge> problems, Map<Badge.Kind, Integer> counts) {
        problems.stream().map(Badge::kind).distinct().forEach(kind -> counts.merge(kind, 1, Integer::sum));
    }
}
