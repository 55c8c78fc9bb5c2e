package io.taskqueue.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Real tasks to measure with: one JSON object a line, some 340 bytes each. */
final class SampleTasks {

    private static final Path FILE = Path.of(System.getProperty("taskqueue.tasks", "examples/mirror-tasks.ndjson"));

    private SampleTasks() {}

    static List<String> read() {
        try {
            List<String> lines = Files.readAllLines(FILE);
            if (lines.isEmpty()) {
                throw new IllegalStateException(
                        "The sample " + FILE + " is empty. Name another with -Dtaskqueue.tasks.");
            }
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The sample " + FILE.toAbsolutePath()
                            + " cannot be read. Start benchmarks/run, or name another with -Dtaskqueue.tasks.",
                    e);
        }
    }
}
