package io.taskqueue.streams;

import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.streams.settings.SinkSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** The directories below a state directory: Kafka Streams names each after its sink. */
final class StateDirectories {

    private StateDirectories() {}

    /**
     * Checks that the directory of a sink is not that of another one: many file systems do not distinguish upper and lower case, but Kafka
     * does in the names of groups and topics.
     *
     * @throws SinkStoppedException if it is
     */
    static void requireOwn(SinkSettings<?> settings) {
        Path own = settings.stateDirectory().resolve(settings.name());
        if (!Files.exists(own)) {
            return;
        }
        try (Stream<Path> all = Files.list(settings.stateDirectory())) {
            Optional<String> other = all.map(
                            directory -> directory.getFileName().toString())
                    .filter(name -> name.equalsIgnoreCase(settings.name()) && !name.equals(settings.name()))
                    .filter(name -> same(settings.stateDirectory().resolve(name), own))
                    .findFirst();
            if (other.isPresent()) {
                throw new SinkStoppedException(
                        "Sink " + settings.name() + " did not start: the directory of its state, " + own
                                + ", is that of sink " + other.get() + ", because this file system does not distinguish"
                                + " upper and lower case. Pass another --state-dir (in code, stateDirectory).",
                        null);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean same(Path one, Path other) {
        try {
            return Files.isSameFile(one, other);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
