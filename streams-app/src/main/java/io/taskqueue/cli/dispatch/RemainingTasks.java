package io.taskqueue.cli.dispatch;

import io.taskqueue.cli.shared.Output;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The tasks that were read or recovered and have not ended when a dispatcher stopped, and where the input continues.
 *
 * @param handedOver how many of those in the queue stay on the topic for the next owner of the queue
 * @param drained the others that were in the queue
 * @param notEnqueued those that were read from a pipe and were not in the queue yet
 * @param input the name of the input
 * @param nextLine the first line of it that was not read
 */
record RemainingTasks(
        int handedOver, List<RemainingTask> drained, List<TaskLine> notEnqueued, String input, long nextLine) {

    /** No task remained. */
    static RemainingTasks none(TaskFileReader tasks) {
        return new RemainingTasks(0, List.of(), List.of(), tasks.keyName(), tasks.nextLine());
    }

    /** Whether there is none for the caller: each has ended or is handed over. */
    boolean isEmpty() {
        return drained.isEmpty() && notEnqueued.isEmpty();
    }

    /** How many there are for the caller. */
    int count() {
        return drained.size() + notEnqueued.size();
    }

    /** The first line to read again if these tasks are in a file, or only named. */
    long nextLine(boolean written) {
        return written || notEnqueued.isEmpty() ? nextLine : notEnqueued.get(0).number();
    }

    /** Writes the tasks to a file that does not exist or is empty, in the order of their lines, and stores it durably. */
    void write(Path file) throws IOException {
        List<String> lines = inOrder().map(RemainingTask::json).toList();
        Files.write(file, lines, StandardCharsets.UTF_8);
        try (FileChannel written = FileChannel.open(file, StandardOpenOption.WRITE)) {
            written.force(true);
        }
    }

    /**
     * The numbers of their lines, as ranges in order, such as {@code 5-9}; those of another input, from which tasks were recovered, with
     * its name: {@code 5-9 of first.ndjson}. Tasks that are no line are counted: {@code 2 of no input}.
     */
    List<String> lines() {
        Map<String, List<Long>> numbers = new TreeMap<>();
        inOrder().forEach(task -> numbers.computeIfAbsent(task.input(), name -> new ArrayList<>())
                .add(task.number()));
        List<String> ranges = new ArrayList<>();
        numbers.forEach((name, ofInput) -> {
            if (name.isEmpty()) {
                ranges.add(ofInput.size() + " of no input");
            } else {
                addRanges(ranges, ofInput, name.equals(input) ? "" : " of " + Output.escape(name));
            }
        });
        return ranges;
    }

    private Stream<RemainingTask> inOrder() {
        return Stream.concat(drained.stream(), notEnqueued.stream().map(RemainingTask::of))
                .sorted(RemainingTask.IN_ORDER);
    }

    private static void addRanges(List<String> ranges, List<Long> numbers, String suffix) {
        int from = 0;
        for (int i = 1; i <= numbers.size(); i++) {
            if (i == numbers.size() || numbers.get(i) != numbers.get(i - 1) + 1) {
                long first = numbers.get(from);
                long last = numbers.get(i - 1);
                ranges.add((first == last ? String.valueOf(first) : first + "-" + last) + suffix);
                from = i;
            }
        }
    }
}
