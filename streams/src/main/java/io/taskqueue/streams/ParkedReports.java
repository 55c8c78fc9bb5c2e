package io.taskqueue.streams;

import io.taskqueue.event.TaskId;
import io.taskqueue.serde.UndecodableEventException;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs what becomes of one partition's parked tasks, and what a person can do. Only the stream thread uses it. */
final class ParkedReports {

    private static final Logger LOG = LoggerFactory.getLogger(Parking.class);

    private static final Pattern SAFE = Pattern.compile("[\\w./:@%+-]+");

    private final String sink;
    private final String named;
    private final int partition;

    ParkedReports(SinkSettings<?> settings, int partition) {
        this.sink = settings.name;
        this.named = settings.named();
        this.partition = partition;
    }

    void loaded(ParkedTasks tasks) {
        if (tasks.events() > 0) {
            LOG.info(
                    "Sink {}: {} events are parked on partition {}. `taskqueue parked list {}` shows them",
                    sink,
                    tasks.events(),
                    partition,
                    named);
        }
    }

    void parked(Handed.GaveUp gaveUp, ParkedState.Failed state) {
        LiveEvent<?> live = gaveUp.live();
        LOG.warn(
                "Sink {}: {} at offset {} of partition {} is parked: it could not be applied in {}, the last of which ended "
                        + "with {}: {}. Later events of task {} wait behind it; other tasks go on. Mend the cause and let "
                        + "it go with `taskqueue parked redrive {} --task {} --execute`, or give it up with `parked discard`",
                sink,
                live.event,
                live.offset,
                partition,
                state.attempts() == 1 ? "1 try" : state.attempts() + " tries",
                state.error().code(),
                state.error().message(),
                live.event.taskId(),
                named,
                quoted(live.event.taskId()));
    }

    void redriven(ParkedCommand command) {
        LOG.info("Sink {}: task {} is redriven, as {} told", sink, command.task(), who(command));
    }

    void discarded(ParkedCommand command, int events) {
        LOG.warn(
                "Sink {}: {} of task {} {} discarded, from offset {} on, as {} told: {}",
                sink,
                events == 1 ? "the first parked event" : "all " + events + " parked events",
                command.task(),
                events == 1 ? "is" : "are",
                command.offset(),
                who(command),
                command.reason());
    }

    void changedSince(ParkedCommand command) {
        LOG.info(
                "Sink {}: the command to {} task {} is passed over: it is not parked any more as it was seen, from offset "
                        + "{} on in round {}",
                sink,
                command.action().command,
                command.task(),
                command.offset(),
                command.round());
    }

    void undecodable(ParkedEntry entry, UndecodableEventException reason) {
        LOG.error(
                "Sink {}: the parked event {} of queue {} at offset {} cannot be read any more, so task {} stays parked. Start "
                        + "the sink with the codec that it had before, and redrive the task again",
                sink,
                entry.position(),
                entry.queue(),
                entry.key().offset(),
                entry.key().task(),
                reason);
    }

    /** A task as a shell takes it: its queue may have any name. */
    private static String quoted(TaskId task) {
        String text = task.toString();
        return SAFE.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
    }

    private static String who(ParkedCommand command) {
        return command.by().isBlank() ? "a command" : command.by();
    }
}
