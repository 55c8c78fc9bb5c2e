package io.taskqueue.benchmarks.peers;

import io.taskqueue.benchmarks.measure.Candidate;
import io.taskqueue.benchmarks.measure.PairedRatio;
import io.taskqueue.benchmarks.measure.RatioHistory;
import io.taskqueue.benchmarks.measure.ResultTables;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The ratios of ours to each other contender, pair by pair, over all starts. */
final class PeerRatios {

    private final ResultTables tables;
    private final List<String[]> rows = new ArrayList<>();

    PeerRatios(ResultTables tables) {
        this.tables = tables;
    }

    /** Adds the ratios of both of ours to the others. */
    void add(String what, List<Candidate> candidates) throws IOException {
        for (Candidate ours : candidates) {
            for (Candidate theirs : candidates) {
                if (isOurs(ours) && !isOurs(theirs)) {
                    add(
                            ours.results().name() + " ÷ " + theirs.results().name() + ", " + what,
                            PairedRatio.of(
                                    ours.results().perSecond(), theirs.results().perSecond()));
                }
            }
        }
    }

    private static boolean isOurs(Candidate candidate) {
        return candidate.results().name().startsWith("ours");
    }

    private void add(String name, PairedRatio ratio) throws IOException {
        RatioHistory.Measured measured = tables.overStarts(name, ratio);
        rows.add(new String[] {
            name,
            number(measured.ratio().lowerQuartile()),
            number(measured.ratio().median()),
            number(measured.ratio().upperQuartile()),
            String.valueOf(measured.ratio().values().size()),
            String.valueOf(measured.starts())
        });
    }

    /** Adds the table, when all are known. */
    void addTable() {
        if (rows.isEmpty()) {
            return;
        }
        ResultTables.Table table = tables.table(
                "Ratios, pair by pair", "ratio", "lower quartile", "median", "upper quartile", "pairs", "starts");
        rows.forEach(table::row);
        table.note(
                "A pair is a round, in which all contenders take turns. Pairs of earlier starts are included; a goal counts as"
                        + " reached when the lower quartile of at least " + RatioHistory.STARTS
                        + " starts reaches it.");
    }

    private static String number(double value) {
        return ResultTables.number("%.2f", value);
    }
}
