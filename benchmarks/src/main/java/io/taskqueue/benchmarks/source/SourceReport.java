package io.taskqueue.benchmarks.source;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskqueue.benchmarks.broker.BrokerProcess;
import io.taskqueue.benchmarks.measure.MachineDescription;
import io.taskqueue.benchmarks.measure.RoundResults;
import io.taskqueue.benchmarks.measure.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The results of the source, as tables in Markdown and as JSON. */
public final class SourceReport {

    private final SourceComparisonOptions options;
    private final List<Comparison> comparisons = new ArrayList<>();
    private final List<Samples> latencies = new ArrayList<>();

    public SourceReport(SourceComparisonOptions options) {
        this.options = options;
    }

    /** The source and the bare producer, with the same settings. */
    public record Comparison(String path, RoundResults ours, RoundResults theirs) {}

    public void add(Comparison comparison) {
        comparisons.add(comparison);
    }

    /** Adds the latencies of single tasks. */
    public void addLatencies(Samples milliseconds) {
        latencies.add(milliseconds);
    }

    public String markdown() {
        StringBuilder text = new StringBuilder();
        text.append(
                """
                | path | source | bare producer | ratio | CPU µs an event, source / bare producer |
                | --- | ---: | ---: | ---: | ---: |
                """);
        for (Comparison row : comparisons) {
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %s | %s | %.1f / %.1f |%n",
                    row.path,
                    row.ours.perSecond().spread(),
                    row.theirs.perSecond().spread(),
                    row.ours.ratioTo(row.theirs),
                    row.ours.cpuMicros().median(),
                    row.theirs.cpuMicros().median()));
        }
        if (!latencies.isEmpty()) {
            appendLatencies(text);
        }
        return text.append('\n').append(conditions()).append('\n').toString();
    }

    private void appendLatencies(StringBuilder text) {
        text.append("\n| enqueue → confirmed, one task at a time | p50 | p99 |\n| --- | ---: | ---: |\n");
        for (Samples latency : latencies) {
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %.2f ms | %.2f ms |%n",
                    latency.name(),
                    latency.median(),
                    latency.quantile(0.99)));
        }
    }

    public void write(Path file) throws IOException {
        ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        ObjectNode root = json.createObjectNode();
        root.put("conditions", conditions());
        ArrayNode rows = root.putArray("throughput");
        for (Comparison row : comparisons) {
            ObjectNode node = rows.addObject()
                    .put("path", row.path)
                    .put("ratio", row.ours.ratioTo(row.theirs).median());
            put(node.putObject("ours"), row.ours);
            put(node.putObject("beside"), row.theirs);
        }
        ArrayNode confirmed = root.putArray("enqueueToConfirmedMillis");
        for (Samples latency : latencies) {
            confirmed
                    .addObject()
                    .put("tuning", latency.name())
                    .put("p50", latency.median())
                    .put("p99", latency.quantile(0.99))
                    .put("count", latency.values().size());
        }
        Files.createDirectories(file.toAbsolutePath().getParent());
        json.writeValue(file.toFile(), root);
    }

    private static void put(ObjectNode node, RoundResults results) {
        node.put("name", results.name())
                .put("perSecond", results.perSecond().median())
                .put("cpuMicros", results.cpuMicros().median());
        put(node.putArray("perSecondByRound"), results.perSecond());
        put(node.putArray("cpuMicrosByRound"), results.cpuMicros());
    }

    private static void put(ArrayNode node, Samples samples) {
        samples.values().forEach(node::add);
    }

    private String conditions() {
        return "Events per second: median of " + options.rounds().measured()
                + " interleaved rounds (minimum–maximum) after "
                + options.rounds().warmups() + " discarded, " + options.load().events() + " events a round. "
                + MachineDescription.describe(BrokerProcess.HEAP);
    }
}
