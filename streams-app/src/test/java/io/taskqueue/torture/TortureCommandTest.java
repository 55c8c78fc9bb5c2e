package io.taskqueue.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.cli.CommandRun;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.torture.fault.FaultKind;
import io.taskqueue.torture.fault.FaultKind.Area;
import io.taskqueue.torture.fault.FaultList;
import io.taskqueue.torture.report.Findings;
import io.taskqueue.torture.report.Invariant;
import io.taskqueue.torture.report.Subject;
import io.taskqueue.torture.report.TortureReport;
import io.taskqueue.torture.report.Violation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TortureCommandTest {

    @Test
    void helpListsEveryFaultAndAnExample() {
        String help = CommandRun.of("torture", "--help").out();

        assertThat(help).contains("Example: taskqueue torture --minutes 20 --seed 7");
        for (FaultKind kind : FaultKind.values()) {
            assertThat(help).contains(kind.text());
        }
    }

    @Test
    void faultsAreSelectedByKindAndByArea() {
        FaultList.Text reader = new FaultList.Text();

        assertThat(reader.parse("kill-sink,target").kinds())
                .contains(FaultKind.KILL_SINK)
                .containsAll(FaultKind.of(Area.TARGET))
                .hasSize(1 + FaultKind.of(Area.TARGET).size());
        assertThat(reader.parse("none").kinds()).isEmpty();
        assertThat(FaultList.ALL.without(FaultKind.FULL_DISK).kinds())
                .hasSize(FaultKind.values().length - 1)
                .doesNotContain(FaultKind.FULL_DISK);
    }

    @Test
    void anUnknownFaultIsRefusedWithTheOnesThereAre() {
        CommandRun run = CommandRun.of("torture", "--faults", "kill-sink,flood");

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err())
                .isEqualTo(
                        "taskqueue: Invalid value for option '--faults': 'flood' is not a fault. Use none, queue, sink,"
                                + " broker, target, or one of "
                                + Arrays.stream(FaultKind.values())
                                        .map(FaultKind::text)
                                        .collect(Collectors.joining(", "))
                                + "." + System.lineSeparator() + "See `taskqueue torture --help`."
                                + System.lineSeparator());
    }

    @Test
    void aDirectoryThatIsNotEmptyIsRefused(@TempDir Path directory) throws Exception {
        Files.createFile(directory.resolve("history"));

        CommandRun run = CommandRun.of("torture", "--dir", directory.toString());

        assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(run.err())
                .isEqualTo("taskqueue: The directory " + directory
                        + " is not empty. Choose a new one for each run: what an earlier run wrote would be taken for this run's."
                        + System.lineSeparator());
    }

    @Test
    void aSinkThatCannotBeLoadedIsReportedBeforeAnythingIsStarted() {
        CommandRun run = CommandRun.of("torture", "--sink", "com.example.MissingFactory");

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err())
                .isEqualTo(
                        "taskqueue: --sink com.example.MissingFactory is not log, http or jdbc, and a class of that name is not on"
                                + " the class path (com.example.MissingFactory). Pass its jars with --class-path."
                                + System.lineSeparator());
    }

    @Test
    void aSettingThatTheSinkRefusesIsReportedBeforeAnythingIsStarted() {
        CommandRun run = CommandRun.of("torture", "--sink", "http");

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("url");
    }

    @Test
    void theResultOfAViolationNamesTheSeedTheEvidenceAndTheDirectory() {
        Findings findings = new Findings();
        findings.violation(
                new Violation(Invariant.REPLAY, "orders", new Subject.OfSink("billing"), "one call was made"));
        TortureResult result = new TortureResult(
                TortureReport.of(7, Map.of(), findings),
                List.of("full-disk: not possible here"),
                Map.of("sink, exit code 137", 2L),
                Optional.of(12L),
                List.of("Invariant 9, queue orders: one call was made", "target {}"),
                Optional.of("/runs/7"));

        assertThat(result.held()).isFalse();
        assertThat(result.text().lines())
                .contains(
                        "SKIPPED     full-disk: not possible here",
                        "           2 ended: sink, exit code 137",
                        "drained in 12 s after the last fault",
                        "Invariant 9, queue orders: one call was made",
                        "target {}",
                        "AN INVARIANT DOES NOT HOLD under seed 7: repeat the run with --seed 7.",
                        "History and logs: /runs/7");
    }
}
