package io.taskqueue.torture.report;

import io.taskqueue.torture.history.QueueHistory;
import io.taskqueue.torture.history.RunDirectory;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The part of a history that shows a violation: the entries about its subject, in the order of their time. Of more than {@value #MAX_LINES} entries, the
 * last ones.
 *
 * @param violation what is shown
 * @param lines an entry each, behind the process that wrote it
 */
public record HistoryExcerpt(Violation violation, List<String> lines) {

    /** The length of the longest excerpt. */
    public static final int MAX_LINES = 200;

    public HistoryExcerpt {
        lines = List.copyOf(lines);
    }

    /** The shortest of the excerpts that show these violations; empty without a violation. Reads the history of each of their queues once. */
    public static Optional<HistoryExcerpt> shortest(RunDirectory directory, Collection<Violation> violations) {
        List<ExcerptSearch> searches =
                violations.stream().map(ExcerptSearch::new).toList();
        searches.stream()
                .collect(Collectors.groupingBy(search -> search.violation().queue(), TreeMap::new, Collectors.toList()))
                .forEach((queue, ofQueue) -> read(directory, queue, ofQueue));
        return searches.stream()
                .map(search -> new HistoryExcerpt(search.violation(), search.lines()))
                .min(Comparator.comparingInt(excerpt -> excerpt.lines.size()));
    }

    private static void read(RunDirectory directory, String queue, List<ExcerptSearch> searches) {
        if (queue.isEmpty()) {
            directory.readRun(entry -> searches.forEach(search -> search.run(entry)));
            return;
        }
        QueueHistory history = directory.queue(queue);
        history.events(entry -> searches.forEach(search -> search.topic(entry)));
        history.dispatchers((process, entry) -> searches.forEach(search -> search.dispatcher(process, entry)));
        history.sinkNames()
                .forEach(sink -> history.sink(
                        sink, (process, entry) -> searches.forEach(search -> search.sink(sink, process, entry))));
        history.targets((process, entry) -> searches.forEach(search -> search.target(process, entry)));
        history.observed(entry -> searches.forEach(search -> search.observed(entry)));
    }
}
