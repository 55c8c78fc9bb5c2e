package io.taskqueue.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was measured, as a table in Markdown and as JSON. */
final class Report {

    private final Plan plan;
    private final List<Comparison> comparisons = new ArrayList<>();
    private final List<Series> latencies = new ArrayList<>();

    Report(Plan plan) {
        this.plan = plan;
    }

    /** Ours beside theirs. */
    record Comparison(String way, Contest ours, Contest theirs) {

        double ratio() {
            return ours.perSecond().median() / theirs.perSecond().median();
        }
    }

    void add(Comparison comparison) {
        comparisons.add(comparison);
    }

    /** Adds latencies of single calls. */
    void add(Series latency) {
        latencies.add(latency);
    }

    String markdown() {
        StringBuilder text = new StringBuilder();
        text.append(
                "| way | ours | beside it | ratio | CPU µs each, ours / beside |\n| --- | ---: | ---: | ---: | ---: |\n");
        for (Comparison row : comparisons) {
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %s: %s | %s: %s | %.2f | %.1f / %.1f |%n",
                    row.way,
                    row.ours.name(),
                    spread(row.ours.perSecond()),
                    row.theirs.name(),
                    spread(row.theirs.perSecond()),
                    row.ratio(),
                    row.ours.cpuMicros().median(),
                    row.theirs.cpuMicros().median()));
        }
        if (!latencies.isEmpty()) {
            latencies(text);
        }
        return text.append('\n').append(conditions()).append('\n').toString();
    }

    private void latencies(StringBuilder text) {
        text.append("\n| enqueue → confirmed, one at a time | p50 | p99 |\n| --- | ---: | ---: |\n");
        for (Series latency : latencies) {
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %.2f ms | %.2f ms |%n",
                    latency.name(),
                    latency.median(),
                    latency.quantile(0.99)));
        }
    }

    void write(Path file) throws IOException {
        ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        ObjectNode root = json.createObjectNode();
        root.put("conditions", conditions());
        ArrayNode rows = root.putArray("throughput");
        for (Comparison row : comparisons) {
            ObjectNode node = rows.addObject().put("way", row.way).put("ratio", row.ratio());
            put(node.putObject("ours"), row.ours);
            put(node.putObject("beside"), row.theirs);
        }
        ArrayNode waits = root.putArray("enqueueToSafeMillis");
        for (Series latency : latencies) {
            waits.addObject()
                    .put("tuning", latency.name())
                    .put("p50", latency.median())
                    .put("p99", latency.quantile(0.99))
                    .put("count", latency.values().size());
        }
        Files.createDirectories(file.toAbsolutePath().getParent());
        json.writeValue(file.toFile(), root);
    }

    private static void put(ObjectNode node, Contest contest) {
        node.put("name", contest.name())
                .put("perSecond", contest.perSecond().median())
                .put("cpuMicros", contest.cpuMicros().median());
        put(node.putArray("perSecondByRound"), contest.perSecond());
        put(node.putArray("cpuMicrosByRound"), contest.cpuMicros());
    }

    private static void put(ArrayNode node, Series series) {
        series.values().forEach(node::add);
    }

    private static String spread(Series series) {
        return String.format(Locale.ROOT, "**%,.0f** (%,.0f–%,.0f)", series.median(), series.least(), series.most());
    }

    private String conditions() {
        return "Per second; medians of " + plan.rounds().measured() + " interleaved rounds (least–most) after "
                + plan.rounds().warmups() + " thrown away, " + plan.volume().events() + " events a round. "
                + Surroundings.describe();
    }
}
