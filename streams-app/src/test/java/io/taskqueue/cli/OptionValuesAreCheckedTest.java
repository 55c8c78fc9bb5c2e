package io.taskqueue.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.queue.Ticker;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Every option of every command, with values that make no sense: a usage error of one line, before Kafka is contacted. An option that is
 * added later is tested as well.
 */
class OptionValuesAreCheckedTest {

    private static final String UNUSABLE_EVERYWHERE = "";
    private static final List<String> NO_NUMBERS =
            List.of("-1", "x", "1.5", "99999999999999999999", " ", "0x10", "٣٣x");
    private static final List<String> NO_DURATIONS =
            List.of("-1s", "5", "5 s", "5d", "s", "999999999999h", "1e9s", " ");

    private static final List<String> ZERO_ALLOWED =
            List.of("--port", "--to-offset", "--from-offset", "--skip", "--seed", "--ended-tasks", "--queue-series");

    @TempDir
    Path directory;

    @TestFactory
    Stream<DynamicTest> unusableValuesAreUsageErrors() {
        return leaves(TaskQueueCommand.commandLine(Clock.systemUTC(), Ticker.system()), List.of()).stream()
                .flatMap(command -> command.line().getCommandSpec().options().stream()
                        .filter(option -> option.arity().max() > 0)
                        .flatMap(option -> unusable(option).stream()
                                .map(value -> dynamicTest(
                                        command.name() + " " + option.longestName() + " '" + shortened(value) + "'",
                                        () -> assertRefused(command, option, value)))));
    }

    private void assertRefused(Leaf command, OptionSpec option, String value) {
        List<String> arguments = new ArrayList<>(command.path());
        for (ArgSpec required : command.line().getCommandSpec().requiredArgs()) {
            if (required instanceof OptionSpec other && !other.equals(option)) {
                arguments.add(other.longestName());
                arguments.add(usable(other));
            }
        }
        if (command.name().equals("replay") && !option.longestName().startsWith("--to-")) {
            arguments.add("--to-earliest");
        }
        arguments.add(option.longestName() + "=" + value);

        CommandRun run = CommandRun.of(arguments.toArray(String[]::new));

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.USAGE);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .startsWith("taskqueue: ")
                .doesNotContain("Exception", "\tat ")
                .doesNotContainPattern("[^.']\\.\\.\\s");
        List<String> lines = run.err().lines().toList();
        assertThat(lines.size() == 1
                        || (lines.size() == 2 && lines.get(1).equals("See `taskqueue " + command.name() + " --help`.")))
                .as(run.err())
                .isTrue();
    }

    /** Values that no command can use for this option; the broker at the address does not exist, so that none is contacted. */
    private static List<String> unusable(OptionSpec option) {
        List<String> values = new ArrayList<>();
        if (!option.longestName().equals("--token")) {
            values.add(UNUSABLE_EVERYWHERE);
            values.add(" \t");
        }
        Class<?> type = option.type();
        if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
            values.addAll(NO_NUMBERS);
            if (!ZERO_ALLOWED.contains(option.longestName())) {
                values.add("0");
            }
        } else if (type == double.class) {
            values.addAll(List.of("-0.1", "1.1", "NaN", "Infinity", "x", "1,5"));
        } else if (type == Double.class) { // calls a second
            values.addAll(List.of("0", "-1", "NaN", "Infinity", "1000001", "x", "1,5", "None"));
        } else if (type == Duration.class) {
            values.addAll(NO_DURATIONS);
        } else if (type == Path.class) {
            values.add("a\0b");
        } else if (type.isEnum()) {
            values.addAll(List.of("x", "0", "a\0b"));
        } else if (type == Map.class) {
            values.addAll(List.of("novalue", "=v"));
        }
        switch (option.longestName()) {
            case "--name", "--topic", "--registry-topic" -> values.addAll(
                    List.of("a/b", "a b", "ä", "..", "a\nb", "x".repeat(250)));
            case "--kinds" -> values.addAll(List.of("Snapshot", "Completed,", "completed"));
            case "--queue", "--owner-peer", "--clear-diverged" -> values.addAll(List.of("x".repeat(1_025), "\ud800"));
            case "--port" -> values.add("65536");
            case "--bootstrap-server" -> values.addAll(
                    List.of("localhost", "a:b", "a:1 b:2", "a\0b:1", "x:99999", ","));
            case "--lease" -> values.add("0s");
            case "--ownership-strict" -> values.add("1999ms");
            case "--class-path", "--command-config", "--tasks" -> values.addAll(List.of("/no/such/file", "a\0b"));
            case "--sink" -> values.addAll(List.of("no.such.Sink", "a b", "a\nb", "java.lang.String"));
            case "--event", "--task" -> values.addAll(List.of("x", "7", "-1/2", "7/99999999999999999999", "a\nb"));
            case "--mode" -> values.addAll(List.of("again", "a\nb"));
            case "--select" -> values.addAll(List.of("x", "queue", "kind=x", "task=1", "from=x", "a\nb=c"));
            case "--to-datetime", "--since", "--until" -> values.addAll(
                    List.of("yesterday", "2026-01-01", "2026-13-01T00:00:00Z", "a\nb"));
            case "--reason", "--by" -> values.add("x".repeat(5_000));
            default -> {}
        }
        return values;
    }

    private String usable(OptionSpec option) {
        return switch (option.longestName()) {
            case "--bootstrap-server" -> "127.0.0.1:1";
            case "--tasks" -> "/dev/null";
            case "--sink" -> "log";
            case "--dir" -> directory.toString();
            default -> "x";
        };
    }

    private record Leaf(CommandLine line, List<String> path) {
        String name() {
            return String.join(" ", path);
        }
    }

    private static List<Leaf> leaves(CommandLine command, List<String> path) {
        if (command.getSubcommands().isEmpty()) {
            return path.equals(List.of("help")) ? List.of() : List.of(new Leaf(command, path));
        }
        List<Leaf> leaves = new ArrayList<>();
        command.getSubcommands().forEach((name, sub) -> {
            List<String> below = new ArrayList<>(path);
            below.add(name);
            leaves.addAll(leaves(sub, below));
        });
        return leaves;
    }

    private static String shortened(String value) {
        return value.length() <= 30 ? value : value.substring(0, 30) + "…";
    }
}
