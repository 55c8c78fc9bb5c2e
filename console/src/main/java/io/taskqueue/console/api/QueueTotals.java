package io.taskqueue.console.api;

import io.taskqueue.console.model.Badge;
import io.taskqueue.console.model.QueueView;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Sums over all queues.
 *
 * @param queues how many there are
 * @param depth their tasks by phase
 * @param rates their rates
 * @param badges how many queues have a badge of each kind; kinds that no queue has are absent
 */
record QueueTotals(int queues, QueueView.Depth depth, QueueView.Rates rates, Map<Badge.Kind, Integer> badges) {

    QueueTotals {
        badges = Map.copyOf(badges);
    }

    static QueueTotals of(List<QueueRow> rows) {
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
            row.problems().stream().map(Badge::kind).distinct().forEach(kind -> badges.merge(kind, 1, Integer::sum));
        }
        return new QueueTotals(
                rows.size(),
                new QueueView.Depth(pending, delayed, leased, dead),
                new QueueView.Rates(events, enqueued, completed),
                badges);
    }
}
