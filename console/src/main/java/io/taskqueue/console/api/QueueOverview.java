package io.taskqueue.console.api;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.taskqueue.console.model.Badge;
import io.taskqueue.console.model.CatchUp;
import io.taskqueue.console.model.Page;
import io.taskqueue.console.model.QueueIndex;
import io.taskqueue.console.model.QueueOwner;
import io.taskqueue.console.model.QueueSample;
import io.taskqueue.console.model.QueueView;
import io.taskqueue.console.model.SinkIndex;
import io.taskqueue.console.model.SinkPosition;
import io.taskqueue.console.model.Sinks;
import io.taskqueue.console.model.TaskQuery;
import io.taskqueue.console.model.TaskView;
import io.taskqueue.queue.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The queues with what the sinks know of them: filtered, sorted, in parts, and summed up. It is put together at most once a second, however
 * many requests there are. Thread-safe.
 */
final class QueueOverview {

    static final Set<String> SORTS = Set.of(
            "name", "owner", "epoch", "pending", "leased", "delayed", "dead", "depth", "oldest", "in", "done", "rate",
            "sink", "lag", "behind", "eta");

    /** What is text, and not a number. */
    private static final Set<String> TEXTS = Set.of("name", "owner", "sink");

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

    /** A part of the queues, and the totals of the same moment. */
    QueueList list(Query query) {
        Content now = content();
        List<QueueRow> found = now.rows().stream()
                .filter(row -> query.text() == null || row.contains(query.text()))
                .filter(row -> query.badge() == null || row.has(query.badge()))
                .sorted(order(query))
                .toList();
        Page<QueueRow> page = Page.of(found, query.offset(), query.limit());
        return new QueueList(
                new Page<>(
                        page.items().stream()
                                .map(row -> row.withSpark(spark(
                                        row.queue(), queues.history(row.queue().name()))))
                                .toList(),
                        page.total(),
                        page.next()),
                now.totals());
    }

    /** A part of the queues. */
    record QueueList(@JsonUnwrapped Page<QueueRow> page, QueueTotals totals) {}

    /** A queue, and the positions of all sinks in it. */
    record QueueDetail(
            @JsonUnwrapped QueueRow row,
            List<SinkPosition> positions,
            List<QueueSample> history,
            Page<TaskView> tasks) {}

    /** One queue with its tasks, as it is now: every part of the answer is of this moment. */
    Optional<QueueDetail> detail(TaskQuery query) {
        Sinks now = sinks.moment();
        List<SinkPosition> positions = now.positions(null, query.queueName());
        return queues.contents(query)
                .map(contents -> new QueueDetail(
                        row(now, contents.queue(), positions).withSpark(spark(contents.queue(), contents.history())),
                        positions,
                        contents.history(),
                        contents.tasks()));
    }

    private synchronized Content content() {
        long now = ticker.nanos();
        Content known = content;
        if (known != null && now - known.madeAt() < MAX_AGE.toNanos()) {
            return known;
        }
        Sinks at = sinks.moment();
        Map<String, SinkPosition> worst = new HashMap<>();
        for (SinkPosition position : at.positions(null, null)) {
            worst.merge(position.queueName(), position, (one, other) -> BY_LAG.compare(one, other) >= 0 ? one : other);
        }
        List<QueueRow> rows = queues.queues().stream()
                .map(queue -> row(
                        at,
                        queue,
                        Optional.ofNullable(worst.get(queue.name())).stream().toList()))
                .toList();
        Content made = new Content(now, rows, QueueTotals.of(rows, at.sinks()));
        content = made;
        return made;
    }

    private static QueueRow row(Sinks at, QueueView queue, List<SinkPosition> positions) {
        return new QueueRow(
                queue,
                at.owner(queue.name()).orElse(null),
                at.problems(queue),
                positions.stream().max(BY_LAG).orElse(null),
                List.of());
    }

    /** The last point is what the row shows. */
    private static List<Long> spark(QueueView queue, List<QueueSample> samples) {
        return Stream.concat(
                        samples.subList(Math.max(0, samples.size() - SPARK_POINTS + 1), samples.size()).stream()
                                .map(sample -> sample.depth().live()),
                        Stream.of(queue.depth().live()))
                .toList();
    }

    /** By name where the rest is equal; queues without what is sorted by are last in either direction. */
    private static Comparator<QueueRow> order(Query query) {
        Comparator<Double> direction = query.descending() ? Comparator.reverseOrder() : Comparator.naturalOrder();
        Comparator<QueueRow> name = Comparator.comparing(row -> row.queue().name());
        if (query.sort().equals("name")) {
            return query.descending() ? name.reversed() : name;
        }
        if (TEXTS.contains(query.sort())) {
            Comparator<String> texts = query.descending() ? Comparator.reverseOrder() : Comparator.naturalOrder();
            return Comparator.<QueueRow, String>comparing(row -> text(row, query.sort()), Comparator.nullsLast(texts))
                    .thenComparing(name);
        }
        return Comparator.<QueueRow, Double>comparing(
                        row -> measure(row, query.sort()), Comparator.nullsLast(direction))
                .thenComparing(name);
    }

    private static @Nullable String text(QueueRow row, String sort) {
        SinkPosition worst = row.worst();
        QueueOwner owner = row.owner();
        return sort.equals("owner") ? (owner == null ? null : owner.peer()) : worst == null ? null : worst.sink();
    }

    private static @Nullable Double measure(QueueRow row, String sort) {
        SinkPosition worst = row.worst();
        Instant oldest = row.queue().oldestPendingAt();
        QueueView.Depth depth = row.queue().depth();
        return switch (sort) {
            case "epoch" -> (double) row.queue().epoch();
            case "pending" -> (double) depth.pending();
            case "leased" -> (double) depth.leased();
            case "delayed" -> (double) depth.delayed();
            case "dead" -> (double) depth.dead();
            case "in" -> row.queue().rates().enqueued();
            case "done" -> row.queue().rates().completed();
            case "behind" -> worst == null ? null : worst.lagSeconds();
            case "depth" -> (double) row.live();
            case "rate" -> row.queue().rates().events();
            case "oldest" -> oldest == null ? null : -(double) oldest.toEpochMilli();
            case "lag" -> worst == null || worst.lagEvents() == null ? null : (double) worst.lagEvents();
            default -> worst == null ? null : eta(worst);
        };
    }

    /** What never catches up is the longest; what is unknown has none. */
    static @Nullable Double eta(SinkPosition position) {
        return position.catchUp().state() == CatchUp.State.NEVER ? Double.POSITIVE_INFINITY : position.etaSeconds();
    }
}
