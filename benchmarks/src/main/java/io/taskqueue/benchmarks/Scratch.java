package io.taskqueue.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A directory for the broker's logs and the sinks' state, deleted at the end. */
record Scratch(Path directory) implements AutoCloseable {

    static final Path TARGET = Path.of("benchmarks", "target");

    static Scratch in(String prefix) throws IOException {
        Files.createDirectories(TARGET);
        return new Scratch(Files.createTempDirectory(TARGET, prefix));
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
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
