package io.taskqueue.benchmarks.source;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Payloads from a file: one JSON object per line, about 340 bytes each. */
public final class SampleTasks {

    private static final Path FILE = Path.of(System.getProperty("taskqueue.tasks", "examples/mirror-tasks.ndjson"));

    private SampleTasks() {}

    public static List<String> read() {
        try {
            List<String> lines = Files.readAllLines(FILE);
            if (lines.isEmpty()) {
                throw new IllegalStateException(
                        "The file of sample tasks " + FILE + " is empty. Choose another with -Dtaskqueue.tasks.");
            }
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The file of sample tasks " + FILE.toAbsolutePath()
                            + " cannot be read. Run benchmarks/run, or choose another with -Dtaskqueue.tasks.",
                    e);
        }
    }
}
