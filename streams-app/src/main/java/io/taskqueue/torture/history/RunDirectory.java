package io.taskqueue.torture.history;

import io.taskqueue.event.PercentEncoding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Where the history of a run is kept.
 *
 * <pre>
 *   run.ndjson                               RunEntry          the driver
 *   queues/QUEUE/
 *     dispatchers/PROCESS.ndjson             DispatcherEntry   one file for each start of a dispatcher
 *     sinks/SINK/PROCESS.ndjson              SinkEntry         one for each start of an instance
 *     targets/PROCESS.ndjson                 TargetEntry       one for each start of a target
 *     observed.ndjson                        ObservedEntry     the driver
 *     events.ndjson                          TopicEntry        a copy of the queue's records, made at the end
 * </pre>
 *
 * <p>Names are percent-encoded. A process's name is unique in the run: one that is started again has another. Thread-safe; any number of
 * processes may use one directory.
 */
public final class RunDirectory {

    private static final String SUFFIX = ".ndjson";

    private final Path path;

    public RunDirectory(Path path) {
        this.path = path;
    }

    public Path path() {
        return path;
    }

    /** Creates the driver's file. */
    public HistoryWriter<RunEntry> run() {
        return HistoryWriter.create(runFile(), RunEntry.class);
    }

    /** Creates the file of a dispatcher that is starting. */
    public HistoryWriter<DispatcherEntry> dispatcher(String queue, String process) {
        return HistoryWriter.create(queue(queue).dispatchers().resolve(file(process)), DispatcherEntry.class);
    }

    /** Creates the file of a sink's instance, for one queue. */
    public HistoryWriter<SinkEntry> sink(String queue, String sink, String process) {
        return HistoryWriter.create(queue(queue).sinks().resolve(encode(sink)).resolve(file(process)), SinkEntry.class);
    }

    /** Creates the ledger of a target, for one queue. */
    public HistoryWriter<TargetEntry> target(String queue, String process) {
        return HistoryWriter.create(queue(queue).targets().resolve(file(process)), TargetEntry.class);
    }

    /** Creates the file of what the driver reads and orders, for one queue. */
    public HistoryWriter<ObservedEntry> observed(String queue) {
        return HistoryWriter.create(queue(queue).observedFile(), ObservedEntry.class);
    }

    /** Creates the copy of a queue's records. */
    public HistoryWriter<TopicEntry> events(String queue) {
        return HistoryWriter.create(queue(queue).eventsFile(), TopicEntry.class);
    }

    /** Reads the driver's entries. */
    public void readRun(Consumer<? super RunEntry> reader) {
        new HistoryReader<>(RunEntry.class).read(runFile(), reader);
    }

    /** The queues that have a history, by name. */
    public List<String> queues() {
        Path queues = path.resolve("queues");
        return names(queues).stream().map(PercentEncoding::decode).sorted().toList();
    }

    /** The history of a queue; empty where nothing was written. */
    public QueueHistory queue(String queue) {
        return new QueueHistory(queue, path.resolve("queues").resolve(encode(queue)));
    }

    private Path runFile() {
        return path.resolve("run" + SUFFIX);
    }

    static String file(String process) {
        return encode(process) + SUFFIX;
    }

    static String process(Path file) {
        String name = file.getFileName().toString();
        return PercentEncoding.decode(name.substring(0, name.length() - SUFFIX.length()));
    }

    /** The names in a directory, sorted; none if it does not exist. */
    static List<String> names(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new HistoryFileException(
                    "The directory " + directory + " of a history cannot be read: " + e + ". Check its permissions.",
                    e);
        }
    }

    /** Dots as well, so that no name is a directory's. */
    private static String encode(String name) {
        return PercentEncoding.encode(name).replace(".", "%2E");
    }
}
