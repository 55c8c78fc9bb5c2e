package io.taskqueue.torture;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.taskqueue.torture.report.HistoryExcerpt;
import io.taskqueue.torture.report.TortureReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The result of the command.
 *
 * @param report what the check of the history found
 * @param skipped the faults that were asked for and are not possible here, each with the reason
 * @param processes how many processes ended, by what they were and their exit code
 * @param drainSeconds how long everything took to drain, or empty if it did not
 * @param evidence the shortest part of the history that shows a violation, if there is one
 * @param directory of the run, or empty if it was deleted
 */
@JsonPropertyOrder({"report", "skipped", "processes", "drainSeconds", "evidence", "directory"})
record TortureResult(
        @JsonUnwrapped TortureReport report,
        List<String> skipped,
        Map<String, Long> processes,
        Optional<Long> drainSeconds,
        List<String> evidence,
        Optional<String> directory) {

    TortureResult {
        skipped = List.copyOf(skipped);
        evidence = List.copyOf(evidence);
    }

    static List<String> evidence(Optional<HistoryExcerpt> excerpt) {
        return excerpt.map(shown -> {
                    List<String> lines = new ArrayList<>();
                    lines.add(shown.violation().toString());
                    lines.addAll(shown.lines());
                    return List.copyOf(lines);
                })
                .orElse(List.of());
    }

    boolean held() {
        return report.held();
    }

    String text() {
        List<String> lines = new ArrayList<>(report.lines());
        processes.forEach(
                (what, count) -> lines.add(String.format(java.util.Locale.ROOT, "%12d ended: %s", count, what)));
        skipped.forEach(reason -> lines.add("SKIPPED     " + reason));
        drainSeconds.ifPresent(seconds -> lines.add("drained in " + seconds + " s after the last fault"));
        if (!evidence.isEmpty()) {
            lines.add("");
            evidence.forEach(lines::add);
        }
        lines.add("");
        lines.add(
                held()
                        ? "Every invariant held under seed " + report.seed() + "."
                        : "AN INVARIANT DOES NOT HOLD under seed " + report.seed() + ": repeat the run with --seed "
                                + report.seed() + ".");
        directory.ifPresent(path -> lines.add("History and logs: " + path));
        return String.join(System.lineSeparator(), lines);
    }
}
