package io.taskqueue.benchmarks.start;

import io.taskqueue.benchmarks.measure.Stopwatch;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs {@code ./taskqueue}, which is in the working directory.
 *
 * @param jvmOptions options of the command's JVM
 */
public record LauncherRun(String jvmOptions) {

    private static final String LAUNCHER = "./taskqueue";

    /** How long a command takes, from the start of the launcher to its end. */
    public Duration toEnd(String... arguments) throws IOException, InterruptedException {
        Stopwatch time = new Stopwatch();
        List<String> unused = output(arguments);
        return time.elapsed();
    }

    /** How long it takes until a command that does not end prints a line which contains a text; then it is stopped. */
    public Duration toLine(String text, String... arguments) throws IOException, InterruptedException {
        Stopwatch time = new Stopwatch();
        Process process = start(arguments);
        List<String> lines = new ArrayList<>();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(line);
                if (line.contains(text)) {
                    Duration elapsed = time.elapsed();
                    boolean unused = process.toHandle().destroy(); // its output is still read
                    out.lines().forEach(rest -> {});
                    process.waitFor();
                    return elapsed;
                }
            }
        } finally {
            process.destroyForcibly();
        }
        throw failed(process.waitFor(), lines, arguments);
    }

    /** What a command prints. */
    public List<String> output(String... arguments) throws IOException, InterruptedException {
        Process process = start(arguments);
        List<String> lines;
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            lines = out.lines().toList();
        } finally {
            process.waitFor();
        }
        if (process.exitValue() != 0) {
            throw failed(process.exitValue(), lines, arguments);
        }
        return lines;
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(LAUNCHER));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("TASKQUEUE_JVM_OPTS", jvmOptions);
        // a line for each state of Kafka Streams
        builder.environment().put("TASKQUEUE_LIBRARY_LOG_LEVEL", "INFO");
        return builder.start();
    }

    private static IOException failed(int exitCode, List<String> lines, String... arguments) {
        return new IOException(LAUNCHER + " " + String.join(" ", arguments) + " ended with exit code " + exitCode + ":\n"
                + String.join("\n", lines));
    }
}
