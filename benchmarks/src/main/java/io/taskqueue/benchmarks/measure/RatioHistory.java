package io.taskqueue.benchmarks.measure;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * The ratios of all starts of a benchmark, in a file that is kept between them: a start is a JVM, a broker and a state of the machine,
 * and what one start shows may not hold in another. A line for each ratio of each start:
 *
 * <pre>
 *   {"start":"2026-11-23T10:00:00Z","ratio":"ours ÷ share groups, no-op","pairs":[0.91,0.88,0.95]}
 * </pre>
 */
public final class RatioHistory {

    /** How many starts a mark needs. */
    public static final int STARTS = 3;

    private final Path file;
    private final String start;
    private final ObjectMapper json = new ObjectMapper();

    /** The ratios of {@code benchmarks/run} with a name, in a file below the directory of the build; this start is now. */
    public static RatioHistory ofRun(String run) {
        return new RatioHistory(
                Path.of("benchmarks", "target", "ratios-" + run + ".ndjson"),
                Clock.systemUTC().instant().toString());
    }

    /** @param start when this start of the benchmark was, which tells its lines from those of others */
    public RatioHistory(Path file, String start) {
        this.file = file;
        this.start = start;
    }

    /**
     * A ratio over all starts.
     *
     * @param starts in how many starts it was measured
     */
    public record Measured(String name, PairedRatio ratio, int starts) {

        /** Whether the lower quartile of the pairs of enough starts reaches a mark. */
        public boolean reaches(double mark) {
            return starts >= STARTS && ratio.reaches(mark);
        }

        /** The ratio, with the number of starts. */
        @Override
        public String toString() {
            return ratio + " in " + starts + (starts == 1 ? " start" : " starts");
        }
    }

    /** Adds the pairs of this start, and returns those of all. */
    public Measured add(String name, PairedRatio ratio) throws IOException {
        ObjectNode line = json.createObjectNode().put("start", start).put("ratio", name);
        ArrayNode pairs = line.putArray("pairs");
        ratio.values().forEach(pairs::add);
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(
                file, json.writeValueAsString(line) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        return read(name);
    }

    private Measured read(String name) throws IOException {
        List<Double> pairs = new ArrayList<>();
        List<String> starts = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            JsonNode node = json.readTree(line);
            if (node.path("ratio").asText().equals(name)) {
                node.path("pairs").forEach(pair -> pairs.add(pair.asDouble()));
                starts.add(node.path("start").asText());
            }
        }
        return new Measured(
                name, new PairedRatio(pairs), (int) starts.stream().distinct().count());
    }
}
