package io.taskqueue.torture.check;

import io.taskqueue.torture.history.DispatcherEntry;
import io.taskqueue.torture.history.HistoryEntry;
import io.taskqueue.torture.history.HistoryWriter;
import io.taskqueue.torture.history.ObservedEntry;
import io.taskqueue.torture.history.QueueHistory;
import io.taskqueue.torture.history.RunDirectory;
import io.taskqueue.torture.history.RunEntry;
import io.taskqueue.torture.history.SinkEntry;
import io.taskqueue.torture.history.TargetEntry;
import io.taskqueue.torture.history.TopicEntry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The history of a run with one queue, in memory, so that a test can change it. */
final class RecordedHistory {

    final List<RunEntry> run = new ArrayList<>();
    final List<TopicEntry> events = new ArrayList<>();
    final List<ObservedEntry> observed = new ArrayList<>();
    final Map<String, List<DispatcherEntry>> dispatchers = new TreeMap<>();
    final Map<String, List<TargetEntry>> targets = new TreeMap<>();
    final Map<String, Map<String, List<SinkEntry>>> sinks = new TreeMap<>();
    private final String queue;

    RecordedHistory(RunDirectory directory, String queue) {
        this.queue = queue;
        directory.readRun(run::add);
        QueueHistory history = directory.queue(queue);
        history.events(events::add);
        history.observed(observed::add);
        history.dispatchers((process, entry) -> list(dispatchers, process).add(entry));
        history.targets((process, entry) -> list(targets, process).add(entry));
        for (String sink : history.sinkNames()) {
            history.sink(sink, (process, entry) -> list(sinks.computeIfAbsent(sink, name -> new TreeMap<>()), process)
                    .add(entry));
        }
    }

    private static <E> List<E> list(Map<String, List<E>> lists, String name) {
        return lists.computeIfAbsent(name, added -> new ArrayList<>());
    }

    /** Writes the history to another directory. */
    RunDirectory write(Path path) {
        RunDirectory directory = new RunDirectory(path);
        write(directory.run(), run);
        write(directory.events(queue), events);
        write(directory.observed(queue), observed);
        dispatchers.forEach((process, entries) -> write(directory.dispatcher(queue, process), entries));
        targets.forEach((process, entries) -> write(directory.target(queue, process), entries));
        sinks.forEach((sink, processes) ->
                processes.forEach((process, entries) -> write(directory.sink(queue, sink, process), entries)));
        return directory;
    }

    private static <E extends HistoryEntry> void write(HistoryWriter<E> file, List<E> entries) {
        try (file) {
            entries.forEach(file::write);
        }
    }
}
