package io.taskqueue.benchmarks.broker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** The directory of a run, for the broker's log and the sinks' state. Deleted when it is closed. */
public record WorkDirectory(Path path) implements AutoCloseable {

    /** Where work directories are created and results are written. */
    public static final Path TARGET = Path.of("benchmarks", "target");

    public static WorkDirectory create(String prefix) throws IOException {
        Files.createDirectories(TARGET);
        return new WorkDirectory(Files.createTempDirectory(TARGET, prefix));
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> files = Files.walk(path)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.deleteIfExists(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
