package io.taskqueue.benchmarks;

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

/** What was measured: tables in Markdown, and every single figure as JSON. */
final class Figures {

    private final List<Table> tables = new ArrayList<>();
    private final Table marks = new Table("Marks", List.of("run", "to reach", "found", "reached"));
    private final Map<String, Series> series = new LinkedHashMap<>();

    private final boolean measures;

    /** @param measures whether the figures mean something, so that they can be held against marks */
    Figures(boolean measures) {
        this.measures = measures;
    }

    /** A table and the words below it. */
    static final class Table {

        private final String title;
        private final List<String> columns;
        private final List<List<String>> rows = new ArrayList<>();
        private String note = "";

        private Table(String title, List<String> columns) {
            this.title = title;
            this.columns = columns;
        }

        void row(String... cells) {
            if (cells.length != columns.size()) {
                throw new IllegalArgumentException("A row of table '" + title + "' has " + columns.size()
                        + " cells, but this has " + cells.length);
            }
            rows.add(List.of(cells));
        }

        void note(String words) {
            note = words;
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

    Table table(String title, String... columns) {
        Table table = new Table(title, List.of(columns));
        tables.add(table);
        return table;
    }

    /** Says whether something is as it should be. */
    void mark(String run, String toReach, String found, boolean reached) {
        if (measures) {
            marks.row(run, toReach, found, reached ? "yes" : "**no**");
        }
    }

    /** Keeps a series for the JSON, under a name of its own. */
    void keep(String name, Series values) {
        if (series.put(name, values) != null) {
            throw new IllegalArgumentException("There are two series named '" + name + "'.");
        }
    }

    /** Keeps all that a contender has shown. */
    void keep(String name, Contest contest) {
        String prefix = name + " / " + contest.name() + " / ";
        keep(prefix + "per second", contest.perSecond());
        keep(prefix + "CPU µs each", contest.cpuMicros());
        keep(prefix + "busiest thread CPU µs each", contest.busiestMicros());
        keep(prefix + "heap MB", contest.heapMegabytes());
        keep(prefix + "threads", contest.threads());
        keep(prefix + "at once", contest.atOnce());
    }

    String markdown(String conditions) {
        return shown().map(Table::markdown).collect(Collectors.joining("\n")) + "\n" + conditions + "\n";
    }

    private Stream<Table> shown() {
        return marks.rows.isEmpty() ? tables.stream() : Stream.concat(Stream.of(marks), tables.stream());
    }

    void write(Path file, String conditions) throws IOException {
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
        series.forEach((name, values) -> {
            ArrayNode figures = rounds.putArray(name);
            values.values().forEach(figures::add);
        });
        Files.createDirectories(file.toAbsolutePath().getParent());
        json.writeValue(file.toFile(), root);
    }

    /** The median, with the least and the most. */
    static String spread(Series series) {
        return String.format(Locale.ROOT, "**%,.0f** (%,.0f–%,.0f)", series.median(), series.least(), series.most());
    }

    static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    /** The median of each, with slashes between. */
    static String medians(String format, List<Contest> contests, Function<Contest, Series> of) {
        return contests.stream()
                .map(contest -> number(format, of.apply(contest).median()))
                .collect(Collectors.joining(" / "));
    }

    static String ratio(Contest ours, Contest theirs) {
        return number("%.2f", share(ours, theirs));
    }

    /** Of the medians of what was done in a second. */
    static double share(Contest ours, Contest theirs) {
        return ours.perSecond().median() / theirs.perSecond().median();
    }
}
