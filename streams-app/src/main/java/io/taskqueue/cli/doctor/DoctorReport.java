package io.taskqueue.cli.doctor;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.taskqueue.cli.doctor.Finding.Level;
import io.taskqueue.cli.shared.ExitCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an examination found, as text, as JSON and as an exit code.
 *
 * @param found the findings, in the order of the checks
 */
record DoctorReport(List<Examination.Found> found) {

    private static final String INDENT = " ".repeat(9);

    DoctorReport {
        found = List.copyOf(found);
    }

    /** The result as JSON. */
    record Result(List<Line> findings, Map<String, Long> counts) {}

    /** A finding as JSON. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Line(String check, String level, String subject, String fact, @Nullable String remedy) {}

    /** 0 if nothing has to be done, 1 if there are errors, otherwise 5. */
    int exitCode() {
        if (count(Level.ERROR) > 0) {
            return ExitCode.FAILED;
        }
        return count(Level.WARNING) + count(Level.UNKNOWN) > 0 ? ExitCode.ATTENTION : ExitCode.OK;
    }

    String text() {
        StringBuilder text = new StringBuilder();
        for (Examination.Found each : found) {
            Finding finding = each.finding();
            text.append(String.format(
                    Locale.ROOT, "%-8s %s: %s.%n", label(finding.level()), finding.subject(), finding.fact()));
            finding.remedy().ifPresent(remedy -> text.append(String.format(Locale.ROOT, "%s%s%n", INDENT, remedy)));
        }
        List<String> counts = new ArrayList<>();
        counts().forEach((level, number) -> counts.add(number + " " + level));
        return text + "Found: " + String.join(", ", counts) + ".";
    }

    Result json() {
        return new Result(
                found.stream()
                        .map(each -> new Line(
                                each.check(),
                                label(each.finding().level()),
                                each.finding().subject(),
                                each.finding().fact(),
                                each.finding().remedy().orElse(null)))
                        .toList(),
                counts());
    }

    private Map<String, Long> counts() {
        Map<String, Long> counts = new LinkedHashMap<>();
        for (Level level : Level.values()) {
            counts.put(label(level), count(level));
        }
        return counts;
    }

    private long count(Level level) {
        return found.stream().filter(each -> each.finding().level() == level).count();
    }

    private static String label(Level level) {
        return level.name().toLowerCase(Locale.ROOT);
    }
}
