package io.taskqueue.cli.dispatch;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The tasks that were read and have not ended when a dispatcher stopped, and where the input continues.
 *
 * @param drained those that were in the queue
 * @param notEnqueued those that were read from a pipe and were not in the queue yet
 * @param nextLine the first line that was not read
 */
record RemainingTasks(List<TaskLine> drained, List<TaskLine> notEnqueued, long nextLine) {

    /** No task remained. */
    static RemainingTasks none(long nextLine) {
        return new RemainingTasks(List.of(), List.of(), nextLine);
    }

    boolean isEmpty() {
        return drained.isEmpty() && notEnqueued.isEmpty();
    }

    int count() {
        return drained.size() + notEnqueued.size();
    }

    /** The first line to read again if these tasks are in a file, or only named. */
    long nextLine(boolean written) {
        return written || notEnqueued.isEmpty() ? nextLine : notEnqueued.get(0).number();
    }

    /** Writes the tasks to a file that does not exist or is empty, in the order of their lines, and stores it durably. */
    void write(Path file) throws IOException {
        List<String> lines = inOrder().map(TaskLine::json).toList();
        Files.write(file, lines, StandardCharsets.UTF_8);
        try (FileChannel written = FileChannel.open(file, StandardOpenOption.WRITE)) {
            written.force(true);
        }
    }

    /** The numbers of their lines, as ranges in order, such as {@code 5-9}. */
    List<String> lines() {
        List<String> ranges = new ArrayList<>();
        long from = -1;
        long to = -1;
        for (TaskLine line : inOrder().toList()) {
            if (line.number() != to + 1 || from < 0) {
                add(ranges, from, to);
                from = line.number();
            }
            to = line.number();
        }
        add(ranges, from, to);
        return ranges;
    }

    private Stream<TaskLine> inOrder() {
        return Stream.concat(drained.stream(), notEnqueued.stream()).sorted(Comparator.comparingLong(TaskLine::number));
    }

    private static void add(List<String> ranges, long from, long to) {
        if (from >= 0) {
            ranges.add(from == to ? String.valueOf(from) : from + "-" + to);
        }
    }
}
