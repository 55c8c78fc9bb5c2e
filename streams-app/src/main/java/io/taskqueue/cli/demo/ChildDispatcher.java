package io.taskqueue.cli.demo;

import io.taskqueue.cli.dispatch.WorkerBehavior;
import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.config.DurationText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A dispatcher in a process of its own, {@code taskqueue dispatch}, so that it can be killed. For one thread. */
final class ChildDispatcher implements AutoCloseable {

    /** Should this process be killed as well, so that nobody ends the child: it does not wait longer for a broker that is gone. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    private static final int OUTPUT_LINES = 5;

    private final Process process;
    private final Path output;

    private ChildDispatcher(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /**
     * What the dispatcher does.
     *
     * @param main the main class of the commands
     * @param bootstrapServers where Kafka is
     * @param input the file of tasks
     */
    record Settings(
            String main, String bootstrapServers, String queue, Path input, WorkerBehavior workers, Duration lease) {}

    /**
     * Starts the process.
     *
     * @param directory where it writes its output, and events if it cannot publish them
     * @param more further options of the command
     */
    static ChildDispatcher start(Settings settings, Path directory, List<String> more) throws IOException {
        Path output = directory.resolve("dispatch.txt");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                settings.main,
                "dispatch",
                "--bootstrap-server",
                settings.bootstrapServers,
                "--queue",
                settings.queue,
                "--tasks",
                settings.input.toString(),
                "--workers",
                String.valueOf(settings.workers.count()),
                "--work-time",
                DurationText.of(settings.workers.workTime()),
                "--fail-rate",
                String.format(Locale.ROOT, "%.4f", settings.workers.failRate()),
                "--lease",
                DurationText.of(settings.lease),
                "--close-timeout",
                DurationText.of(CLOSE_TIMEOUT),
                "--unreplicated-to",
                directory.resolve("unreplicated.ndjson").toString()));
        command.addAll(more);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        return new ChildDispatcher(process, output);
    }

    /** @throws CommandFailedException if it has ended */
    void requireRunning() throws IOException {
        if (!process.isAlive()) {
            List<String> lines = Files.readAllLines(output);
            throw new CommandFailedException(
                    ExitCode.FAILED,
                    "The dispatcher that was to be killed ended before, with exit code " + process.exitValue() + ": "
                            + String.join(" ", lines.subList(Math.max(0, lines.size() - OUTPUT_LINES), lines.size()))
                            + ". Run the demo again, with more tasks if it had ended all of them.");
        }
    }

    /** Kills the process, by SIGKILL where there are signals, and waits until it is gone. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        kill();
    }
}
