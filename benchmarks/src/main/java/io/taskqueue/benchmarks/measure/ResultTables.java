package io.taskqueue.benchmarks.measure;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The results: tables in Markdown, and the figures of every round as JSON. */
public final class ResultTables {

    private final List<Table> tables = new ArrayList<>();
    private final Table goals = new Table("Goals", List.of("run", "goal", "measured", "reached"));
    private final Map<String, Samples> samples = new LinkedHashMap<>();

    private final boolean meaningful;
    private final RatioHistory history;

    /**
     * Creates the results of a run.
     *
     * @param run the name of the benchmark
     * @param meaningful whether the figures can be compared with goals and with those of other starts; not those of a short run
     */
    public ResultTables(String run, boolean meaningful) {
        this.meaningful = meaningful;
        this.history = RatioHistory.ofRun(run);
    }

    /** A table with a note below it. */
    public static final class Table {

        private final String title;
        private final List<String> columns;
        private final List<List<String>> rows = new ArrayList<>();
        private String note = "";

        private Table(String title, List<String> columns) {
            this.title = title;
            this.columns = columns;
        }

        public void row(String... cells) {
            if (cells.length != columns.size()) {
                throw new IllegalArgumentException("A row of table '" + title + "' has " + columns.size()
                        + " cells, but this one has " + cells.length + ".");
            }
            rows.add(List.of(cells));
        }

        public void note(String text) {
            note = text;
        }

        private String markdown() {
            String header = line(columns);
            String rule = line(columns.stream()
                    .map(column -> column.equals(columns.get(0)) ? "---" : "---:")
                    .toList());
            String body = rows.stream().map(Table::line).collect(Collectors.joining());
            return "### " + title + "\n\n" + header + rule + body + (note.isEmpty() ? "" : "\n" + note + "\n");
        }

        private static String line(List<String> cells) {
            return "| " + String.join(" | ", cells) + " |\n";
        }
    }

    public Table table(String title, String... columns) {
        Table table = new Table(title, List.of(columns));
        tables.add(table);
        return table;
    }

    /** Adds a row to the table of goals, unless the figures are not meaningful. */
    public void goal(String run, String goal, String measured, boolean reached) {
        if (meaningful) {
            goals.row(run, goal, measured, reached ? "yes" : "**no**");
        }
    }

    /**
     * Adds a row to the table of goals for a ratio, which is reached when the lower quartile of the pairs of several starts reaches a
     * mark.
     */
    public void goal(String run, String goal, PairedRatio ratio, double mark) throws IOException {
        RatioHistory.Measured measured = overStarts(run + ": " + goal, ratio);
        goal(run, goal, measured.toString(), measured.reaches(mark));
    }

    /** Adds the pairs of this start to those of earlier ones, unless the figures are not meaningful, and returns all of them. */
    public RatioHistory.Measured overStarts(String name, PairedRatio ratio) throws IOException {
        return meaningful ? history.add(name, ratio) : new RatioHistory.Measured(name, ratio, 1);
    }

    /** Adds samples to the JSON, under a unique name. */
    public void add(String name, Samples values) {
        if (samples.put(name, values) != null) {
            throw new IllegalArgumentException("There are two series of samples named '" + name + "'.");
        }
    }

    /** Adds all samples of a candidate to the JSON. */
    public void add(String name, RoundResults results) {
        String prefix = name + " / " + results.name() + " / ";
        add(prefix + "per second", results.perSecond());
        add(prefix + "CPU µs each", results.cpuMicros());
        add(prefix + "busiest thread CPU µs each", results.busiestMicros());
        add(prefix + "heap MB", results.heapMegabytes());
        add(prefix + "threads", results.threads());
        add(prefix + "at once", results.concurrentCalls());
    }

    public String markdown(String conditions) {
        return shown().map(Table::markdown).collect(Collectors.joining("\n")) + "\n" + conditions + "\n";
    }

    /**
     * Replaces the tables of a page of the documentation.
     *
     * @param run the name of the benchmark, with which the comments begin
     * @throws IllegalArgumentException if the page does not have the two comments between which its tables are
     */
    public void writeInto(Path page, String run, String conditions) throws IOException {
        String first = "<!-- benchmarks/run " + run + ": its tables begin here -->\n";
        String last = "<!-- benchmarks/run " + run + ": its tables end here -->\n";
        String text = Files.readString(page);
        int begin = text.indexOf(first);
        int end = text.indexOf(last);
        if (begin < 0 || end < begin) {
            throw new IllegalArgumentException(
                    "The page " + page + " does not mark where its tables are. Add the lines '" + first.strip()
                            + "' and '" + last.strip() + "' to it.");
        }
        Files.writeString(
                page, text.substring(0, begin) + first + "\n" + markdown(conditions) + "\n" + text.substring(end));
    }

    private Stream<Table> shown() {
        return goals.rows.isEmpty() ? tables.stream() : Stream.concat(Stream.of(goals), tables.stream());
    }

    /** Writes tables and samples as JSON. */
    public void write(Path file, String conditions) throws IOException {
        ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        ObjectNode root = json.createObjectNode();
        root.put("conditions", conditions);
        ArrayNode shown = root.putArray("tables");
        for (Table table : shown().toList()) {
            ObjectNode node = shown.addObject().put("title", table.title);
            ArrayNode rows = node.putArray("rows");
            for (List<String> row : table.rows) {
                ObjectNode cells = rows.addObject();
                for (int i = 0; i < row.size(); i++) {
                    cells.put(table.columns.get(i), row.get(i));
                }
            }
        }
        ObjectNode rounds = root.putObject("byRound");
        samples.forEach((name, values) -> {
            ArrayNode figures = rounds.putArray(name);
            values.values().forEach(figures::add);
        });
        Files.createDirectories(file.toAbsolutePath().getParent());
        json.writeValue(file.toFile(), root);
    }

    public static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    /** The median of each candidate, separated by slashes. */
    public static String medians(String format, List<RoundResults> results, Function<RoundResults, Samples> of) {
        return results.stream()
                .map(one -> number(format, of.apply(one).median()))
                .collect(Collectors.joining(" / "));
    }

    /** The ratio, pair by pair: its median, with the quartiles. */
    public static String ratio(RoundResults ours, RoundResults theirs) {
        return ours.ratioTo(theirs).toString();
    }
}
