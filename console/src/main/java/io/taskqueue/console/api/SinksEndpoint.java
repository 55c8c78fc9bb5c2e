package io.taskqueue.console.api;

import io.javalin.http.Context;
import io.taskqueue.console.model.Page;
import io.taskqueue.console.model.ReplayRequest;
import io.taskqueue.console.model.ReplayView;
import io.taskqueue.console.model.SinkIndex;
import io.taskqueue.console.model.SinkPosition;
import io.taskqueue.console.model.SinkView;
import io.taskqueue.console.model.Sinks;
import io.taskqueue.event.Position;
import java.util.Comparator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Serves {@code /api/v1/sinks}, {@code /api/v1/sink} and {@code /api/v1/replay-plan}. */
final class SinksEndpoint {

    private static final Set<String> SORTS =
            Set.of("queue", "position", "lag", "behind", "eta", "rate", "inflight", "parked", "missing");
    private static final Set<String> MODES = Set.of("recorded-only", "fill-gaps", "rerun");

    private static final int MAX_FROM = 100;
    private static final int MAX_SELECTION = 4_000;

    private final SinkIndex sinks;

    SinksEndpoint(SinkIndex sinks) {
        this.sinks = sinks;
    }

    private record SinkDetail(SinkView sink, Page<SinkPosition> positions, List<ReplayView> replays) {}

    void list(Context context) {
        QueryParameters.of(context);
        Sinks now = sinks.moment();
        Answers.data(context, now.progress(), now.sinks());
    }

    void one(Context context) {
        QueryParameters parameters = QueryParameters.of(context, "name", "sort", "order", "limit", "after");
        Sinks now = sinks.moment();
        SinkView sink = sink(now, parameters.required("name"));
        String sort = Objects.requireNonNullElse(parameters.choice("sort", SORTS), "queue");
        List<SinkPosition> positions = now.positions(sink.name(), null).stream()
                .sorted(order(sort, parameters.descending()))
                .toList();
        Answers.data(
                context,
                now.progress(),
                new SinkDetail(
                        sink, Page.of(positions, parameters.offset(), parameters.limit()), now.replays(sink.name())));
    }

    void plan(Context context) throws InterruptedException, TimeoutException {
        QueryParameters parameters = QueryParameters.of(context, "sink", "from", "mode", "select");
        SinkView sink = sink(sinks, parameters.required("sink"));
        ReplayRequest request = new ReplayRequest(
                sink.name(),
                parameters.required("from", MAX_FROM),
                Objects.requireNonNullElse(parameters.choice("mode", MODES), "recorded-only"),
                parameters.text("select", MAX_SELECTION));
        Answers.data(context, sinks.progress(), sinks.plan(request));
    }

    private static SinkView sink(Sinks now, String name) {
        return now.sinks().stream()
                .filter(sink -> sink.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException(
                        "The console knows no sink '" + name + "'. Check the name: see /api/v1/sinks."));
    }

    /** What is unknown is last in either direction. */
    private static Comparator<SinkPosition> order(String sort, boolean descending) {
        Comparator<SinkPosition> order =
                switch (sort) {
                    case "lag" -> by(SinkPosition::lagEvents, descending);
                    case "rate" -> by(SinkPosition::appliedPerSecond, descending);
                    case "parked" -> by(SinkPosition::parked, descending);
                    case "eta" -> by(QueueOverview::eta, descending);
                    case "position" -> by(
                            position -> new Position(position.epoch(), Math.max(0, position.sequence())), descending);
                    case "behind" -> by(SinkPosition::lagSeconds, descending);
                    case "inflight" -> by(SinkPosition::inFlight, descending);
                    case "missing" -> by(SinkPosition::diverged, descending);
                    default -> by(SinkPosition::queueName, descending);
                };
        return order.thenComparing(SinkPosition::queueName);
    }

    private static <V extends Comparable<V>> Comparator<SinkPosition> by(
            Function<SinkPosition, @Nullable V> value, boolean descending) {
        Comparator<V> direction = descending ? Comparator.reverseOrder() : Comparator.naturalOrder();
        return Comparator.comparing(value, Comparator.nullsLast(direction));
    }
}
