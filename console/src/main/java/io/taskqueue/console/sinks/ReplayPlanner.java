package io.taskqueue.console.sinks;

import io.taskqueue.console.model.ReplayEstimate;
import io.taskqueue.console.model.ReplayRequest;
import io.taskqueue.console.sinks.SinkGroups.Group;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.kafka.TopicOffsets;
import io.taskqueue.streams.admin.ReplayMove;
import io.taskqueue.streams.admin.ReplayMove.Target;
import io.taskqueue.streams.replay.ReplayMode;
import io.taskqueue.streams.replay.ReplayOrder;
import io.taskqueue.streams.replay.Selection;
import io.taskqueue.text.ShellText;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What {@code taskqueue replay} would do, and the command that does it. Changes nothing.
 *
 * @param bootstrapServers the address of the cluster, for the command
 * @param topic the name of the event topic
 */
record ReplayPlanner(String bootstrapServers, String topic) {

    /** Where a replay starts, as a target and as an option of the command. */
    private record Start(Target target, String option) {

        private static Start of(String from) {
            if (from.equals("earliest")) {
                return new Start(Target.earliest(), "--to-earliest");
            }
            if (from.matches("\\d{1,18}")) {
                return new Start(Target.offset(Long.parseLong(from)), "--to-offset " + from);
            }
            try {
                Instant time = OffsetDateTime.parse(from).toInstant();
                return new Start(Target.time(time), "--to-datetime " + time);
            } catch (DateTimeException e) {
                throw new IllegalArgumentException(
                        "from is " + from + ", but must be earliest, an offset, or a time such as 2026-11-23T09:30:00Z."
                                + " Correct it.",
                        e);
            }
        }
    }

    /** Which effects a replay runs. */
    private record Choice(ReplayMode mode, @Nullable String select) {

        private static Choice of(String text, @Nullable String select) {
            ReplayMode mode = ReplayMode.ofText(text)
                    .orElseThrow(() -> new IllegalArgumentException(
                            "mode is " + text + ", but must be recorded-only, fill-gaps or rerun. Correct it."));
            String chosen = select == null || select.isBlank() ? null : select;
            if (mode == ReplayMode.RERUN && chosen == null) {
                throw new IllegalArgumentException(
                        "A rerun runs the effects of every selected event again, but nothing is selected. Select"
                                + " events, for example queue=orders,kind=Completed, or all of them with all.");
            }
            Selection selection = chosen == null ? Selection.ALL : Selection.parse(List.of(chosen));
            // it refuses a selection that the mode cannot have
            var unused = new ReplayOrder(new UUID(0, 0), 1, mode, selection, "", Instant.EPOCH);
            return new Choice(mode, chosen);
        }
    }

    /** @throws IllegalArgumentException if the request is invalid, whatever the cluster holds */
    static void validate(ReplayRequest request) {
        var start = Start.of(request.from());
        var choice = Choice.of(request.mode(), request.selection());
        assert start != null && choice != null;
    }

    /**
     * Plans a replay.
     *
     * @param group the sink's group; null if it does not exist, or may not be described
     * @throws IllegalArgumentException if the request is invalid
     * @throws NoSuchElementException if there is no such sink
     */
    ReplayEstimate plan(TopicOffsets events, @Nullable Group group, ReplayRequest request) throws InterruptedException {
        Start start = Start.of(request.from());
        Choice choice = Choice.of(request.mode(), request.selection());
        if (group == null) {
            throw new NoSuchElementException("There is no sink " + request.sink()
                    + " on this cluster, or the console is not permitted to describe its consumer group. Check the name, or"
                    + " grant Describe on the group.");
        }
        List<ReplayMove> moves = ReplayMove.all(events, request.sink(), start.target());
        long records = moves.stream().mapToLong(ReplayMove::events).sum();
        return new ReplayEstimate(
                moves.stream()
                        .map(move -> new ReplayEstimate.Range(move.partition(), move.to(), move.from()))
                        .toList(),
                records,
                group.members(),
                command(request.sink(), start, choice),
                notes(group, choice, records));
    }

    private String command(String sink, Start start, Choice choice) {
        StringBuilder command = new StringBuilder("taskqueue replay --bootstrap-server ")
                .append(ShellText.quote(bootstrapServers))
                .append(" --name ")
                .append(ShellText.quote(sink));
        if (!topic.equals(TopicNames.EVENTS)) {
            command.append(" --topic ").append(ShellText.quote(topic));
        }
        command.append(' ').append(start.option());
        if (choice.mode() != ReplayMode.RECORDED_ONLY) {
            command.append(" --mode ").append(choice.mode().text());
        }
        if (choice.select() != null) {
            command.append(" --select ").append(ShellText.quote(choice.select()));
        }
        return command.append(" --execute").toString();
    }

    private static List<String> notes(Group group, Choice choice, long records) {
        List<String> notes = new ArrayList<>();
        if (group.running()) {
            notes.add(String.format(
                    Locale.ROOT,
                    "Stop all instances of the sink first: its group has %,d members, and Kafka does not move the"
                            + " offsets of a group with members.",
                    group.members()));
        }
        if (records == 0) {
            notes.add("No record would be read again: the committed offsets are not behind this start.");
        }
        notes.add(
                switch (choice.mode()) {
                    case RECORDED_ONLY -> "No effect runs: each is answered from its recorded result, and one without"
                            + " a result is counted as missing.";
                    case FILL_GAPS -> "Effects without a recorded result run, the others are answered from it.";
                    case RERUN -> "The effects of the selected events run again, under a new generation of their keys."
                            + " The earlier results are kept.";
                });
        if (choice.select() != null) {
            notes.add("Run the command without --execute to see how many events are selected.");
        }
        notes.add("If the cluster needs credentials, add --command-config FILE.");
        return notes;
    }
}
