package io.taskqueue.console.model;

import java.util.List;

/**
 * What a planned replay would do.
 *
 * @param partitions where each partition would begin and end
 * @param events how many records it would read
 * @param running the running instances that must be stopped before
 * @param command the exact command that executes it
 * @param notes what to know before
 */
public record ReplayEstimate(List<Range> partitions, long events, int running, String command, List<String> notes) {

    /** A range of offsets, the end excluded. */
    public record Range(int partition, long from, long to) {}

    public ReplayEstimate {
        partitions = List.copyOf(partitions);
        notes = List.copyOf(notes);
    }
}
