package io.taskqueue.streams;

import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.streams.settings.SinkSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;

/**
 * The directories below a state directory.
 *
 * <pre>
 *   STATE DIRECTORY / id of the event topic / name of the sink      the last one is that of Kafka Streams
 * </pre>
 *
 * <p>State is that of one event topic. A cluster that was created again has other topics of the same names, often at the same address and, in
 * a container, with the same cluster id; and to Kafka Streams, the local state of the old one is complete where the new changelogs are shorter.
 */
final class StateDirectories {

    private StateDirectories() {}

    /** Where Kafka Streams keeps the state of sinks that read a topic. */
    static Path of(SinkSettings<?> settings, Uuid eventTopic) {
        return settings.stateDirectory().resolve(eventTopic.toString());
    }

    /**
     * Checks that the directories of a sink are not those of another one: many file systems do not distinguish upper and lower case, but
     * Kafka does in the names of groups and topics.
     *
     * @throws SinkStoppedException if one is
     */
    static void requireOwn(SinkSettings<?> settings) {
        if (!Files.isDirectory(settings.stateDirectory())) {
            return;
        }
        try (Stream<Path> eventTopics = Files.list(settings.stateDirectory())) {
            eventTopics.filter(Files::isDirectory).forEach(sinks -> requireOwn(settings.name(), sinks));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void requireOwn(String sink, Path sinks) {
        Path own = sinks.resolve(sink);
        if (!Files.exists(own)) {
            return;
        }
        try (Stream<Path> all = Files.list(sinks)) {
            Optional<String> other = all.map(
                            directory -> directory.getFileName().toString())
                    .filter(name -> name.equalsIgnoreCase(sink) && !name.equals(sink))
                    .filter(name -> same(sinks.resolve(name), own))
                    .findFirst();
            if (other.isPresent()) {
                throw new SinkStoppedException(
                        "Sink " + sink + " did not start: the directory of its state, " + own + ", is that of sink "
                                + other.get() + ", because this file system does not distinguish"
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
