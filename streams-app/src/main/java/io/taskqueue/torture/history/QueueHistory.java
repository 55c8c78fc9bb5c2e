package io.taskqueue.torture.history;

import io.taskqueue.event.PercentEncoding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The history of one queue. Each method reads its files from the beginning, an entry at a time, and calls the reader with the name of the
 * process that wrote the entry. The entries of one process are in the order in which it wrote them; processes follow each other by name. Thread-safe.
 */
public final class QueueHistory {

    private final String queue;
    private final Path directory;

    QueueHistory(String queue, Path directory) {
        this.queue = queue;
        this.directory = directory;
    }

    public String queue() {
        return queue;
    }

    /** The records of the event topic, in their order. */
    public void events(Consumer<? super TopicEntry> reader) {
        readIfExists(eventsFile(), TopicEntry.class, reader);
    }

    /** The dispatchers that have had the queue. */
    public List<String> dispatcherNames() {
        return RunDirectory.names(dispatchers()).stream()
                .map(name -> RunDirectory.process(dispatchers().resolve(name)))
                .toList();
    }

    /** What the dispatchers did. */
    public void dispatchers(BiConsumer<String, ? super DispatcherEntry> reader) {
        readAll(dispatchers(), DispatcherEntry.class, reader);
    }

    /** The sinks that have seen an event of the queue. */
    public List<String> sinkNames() {
        return RunDirectory.names(sinks()).stream()
                .map(PercentEncoding::decode)
                .sorted()
                .toList();
    }

    /** What the instances of a sink did. */
    public void sink(String sink, BiConsumer<String, ? super SinkEntry> reader) {
        readAll(sinks().resolve(PercentEncoding.encode(sink).replace(".", "%2E")), SinkEntry.class, reader);
    }

    /** What the targets did. */
    public void targets(BiConsumer<String, ? super TargetEntry> reader) {
        readAll(targets(), TargetEntry.class, reader);
    }

    /** What the driver read and ordered. */
    public void observed(Consumer<? super ObservedEntry> reader) {
        readIfExists(observedFile(), ObservedEntry.class, reader);
    }

    Path eventsFile() {
        return directory.resolve("events.ndjson");
    }

    Path observedFile() {
        return directory.resolve("observed.ndjson");
    }

    Path dispatchers() {
        return directory.resolve("dispatchers");
    }

    Path sinks() {
        return directory.resolve("sinks");
    }

    Path targets() {
        return directory.resolve("targets");
    }

    private static <E extends HistoryEntry> void readAll(
            Path files, Class<E> kind, BiConsumer<String, ? super E> reader) {
        HistoryReader<E> entries = new HistoryReader<>(kind);
        for (String name : RunDirectory.names(files)) {
            Path file = files.resolve(name);
            String process = RunDirectory.process(file);
            entries.read(file, entry -> reader.accept(process, entry));
        }
    }

    private static <E extends HistoryEntry> void readIfExists(Path file, Class<E> kind, Consumer<? super E> reader) {
        if (Files.exists(file)) {
            new HistoryReader<>(kind).read(file, reader);
        }
    }
}
