package io.taskqueue.console.api;

import io.taskqueue.console.model.Badge;
import io.taskqueue.console.model.Page;
import io.taskqueue.console.model.QueueIndex;
import io.taskqueue.console.model.QueueSample;
import io.taskqueue.console.model.QueueView;
import io.taskqueue.console.model.SinkIndex;
import io.taskqueue.console.model.SinkPosition;
import io.taskqueue.queue.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The queues with what the sinks know of them: filtered, sorted, in parts, and summed up. It is put together at most once a second, however
 * many requests there are. Thread-safe.
 */
final class QueueOverview {

    static final Set<String> SORTS = Set.of("name", "depth", "lag", "rate", "oldest", "eta");

    private static final Duration MAX_AGE = Duration.ofSeconds(1);
    private static final int SPARK_POINTS = 60;

    /** Where the lag is unknown, it is the least. */
    private static final Comparator<SinkPosition> BY_LAG = Comparator.comparing(
                    SinkPosition::lagEvents, Comparator.nullsFirst(Comparator.<Long>naturalOrder()))
            .thenComparing(SinkPosition::lagSeconds, Comparator.nullsFirst(Comparator.<Double>naturalOrder()));

    private final QueueIndex queues;
    private final SinkIndex sinks;
    private final Ticker ticker;
    private @Nullable Content content;

    QueueOverview(QueueIndex queues, SinkIndex sinks, Ticker ticker) {
        this.queues = queues;
        this.sinks = sinks;
        this.ticker = ticker;
    }

    /**
     * All queues of one moment.
     *
     * @param madeAt the ticker's time
     */
    private record Content(long madeAt, List<QueueRow> rows, QueueTotals totals) {}

    /**
     * Which queues are wanted.
     *
     * @param text only those whose name or owner contains this, or null
     * @param badge only those with this badge, or null
     * @param sort one of {@link #SORTS}
     */
    record Query(
            @Nullable String text,
            Badge.@Nullable Kind badge,
            String sort,
            boolean descending,
            int offset,
            int limit) {}

    QueueTotals totals() {
        return content().totals();
    }

    Page<QueueRow> page(Query query) {
        List<QueueRow> found = content().rows().stream()
                .filter(row -> query.text() == null || row.contains(query.text()))
                .filter(row -> query.badge() == null || row.has(query.badge()))
                .sorted(order(query))
                .toList();
        Page<QueueRow> page = Parts.of(found, query.offset(), query.limit());
        return new Page<>(
                page.items().stream()
                        .map(row -> row.withSpark(spark(row.queue().name())))
                        .toList(),
                page.total(),
                page.next());
    }

    /** One queue, as it is now. */
    Optional<QueueRow> row(String name) {
        return queues.queue(name)
                .map(queue -> row(queue, sinks.positions(null, name)).withSpark(spark(name)));
    }

    private synchronized Content content() {
        long now = ticker.nanos();
        Content known = content;
        if (known != null && now - known.madeAt() < MAX_AGE.toNanos()) {
            return known;
        }
        Map<String, SinkPosition> worst = new HashMap<>();
        for (SinkPosition position : sinks.positions(null, null)) {
            worst.merge(position.queueName(), position, (one, other) -> BY_LAG.compare(one, other) >= 0 ? one : other);
        }
        List<QueueRow> rows = queues.queues().stream()
                .map(queue -> row(
                        queue,
                        Optional.ofNullable(worst.get(queue.name())).stream().toList()))
                .toList();
        Content made = new Content(now, rows, QueueTotals.of(rows));
        content = made;
        return made;
    }

    private QueueRow row(QueueView queue, List<SinkPosition> positions) {
        return new QueueRow(
                queue,
                sinks.owner(queue.name()).orElse(null),
                sinks.problems(queue),
                positions.stream().max(BY_LAG).orElse(null),
                List.of());
    }

    private List<Long> spark(String queue) {
        List<QueueSample> samples = queues.history(queue);
        return samples.subList(Math.max(0, samples.size() - SPARK_POINTS), samples.size()).stream()
                .map(sample -> QueueRow.live(sample.depth()))
                .toList();
    }

    /** By name where the rest is equal; queues without what is sorted by are last in either direction. */
    private static Comparator<QueueRow> order(Query query) {
        Comparator<Double> direction = query.descending() ? Comparator.reverseOrder() : Comparator.naturalOrder();
        Comparator<QueueRow> name = Comparator.comparing(row -> row.queue().name());
        if (query.sort().equals("name")) {
            return query.descending() ? name.reversed() : name;
        }
        return Comparator.<QueueRow, Double>comparing(
                        row -> measure(row, query.sort()), Comparator.nullsLast(direction))
                .thenComparing(name);
    }

    private static @Nullable Double measure(QueueRow row, String sort) {
        SinkPosition worst = row.worst();
        Instant oldest = row.queue().oldestPendingAt();
        return switch (sort) {
            case "depth" -> (double) row.live();
            case "rate" -> row.queue().rates().events();
            case "oldest" -> oldest == null ? null : -(double) oldest.toEpochMilli();
            case "lag" -> worst == null || worst.lagEvents() == null ? null : (double) worst.lagEvents();
            default -> worst == null ? null : eta(worst);
        };
    }

    /** Without an estimate although there is a lag, it never catches up. */
    private static @Nullable Double eta(SinkPosition position) {
        Long lag = position.lagEvents();
        if (position.etaSeconds() == null && lag != null && lag > 0) {
            return Double.POSITIVE_INFINITY;
        }
        return position.etaSeconds();
    }
}
