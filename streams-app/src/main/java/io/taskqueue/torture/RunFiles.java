package io.taskqueue.torture;

import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The directory of a run: the user's, which is kept, or a temporary one, which is deleted after a run that found nothing. */
record RunFiles(Path path, boolean temporary) {

    /** @throws CommandFailedException if the user's directory is not empty, or cannot be used */
    static RunFiles open(@Nullable Path wanted) {
        try {
            if (wanted == null) {
                return new RunFiles(Files.createTempDirectory("taskqueue-torture-"), true);
            }
            Path path = wanted.toAbsolutePath().normalize();
            Files.createDirectories(path);
            try (Stream<Path> content = Files.list(path)) {
                if (content.findAny().isPresent()) {
                    throw new CommandFailedException(
                            ExitCode.REFUSED,
                            "The directory " + wanted + " is not empty. Choose a new one for each run: what an earlier"
                                    + " run wrote would be taken for this run's.");
                }
            }
            return new RunFiles(path, false);
        } catch (IOException e) {
            throw new CommandFailedException(
                    ExitCode.REFUSED,
                    "The directory of the run cannot be created: " + e + ". Choose another one with --dir.",
                    e);
        }
    }

    /** Deletes a temporary directory with its content. */
    void delete() throws IOException {
        List<Path> deepestFirst;
        try (Stream<Path> paths = Files.walk(path)) {
            deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path each : deepestFirst) {
            Files.deleteIfExists(each);
        }
    }
}
