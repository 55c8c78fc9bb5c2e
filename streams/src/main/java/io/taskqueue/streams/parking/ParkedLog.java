package io.taskqueue.streams.parking;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.logging.LogFields;
import io.taskqueue.serde.UndecodableEventException;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs what happens to one partition's parked tasks, and which commands an operator can use.
 *
 * @param sink the sink's name
 * @param sinkOptions the options by which a command finds the sink
 */
record ParkedLog(String sink, String sinkOptions, int partition) {

    private static final Logger LOG = LoggerFactory.getLogger(ParkedLog.class);

    /** Characters that a shell does not interpret. */
    private static final Pattern PLAIN = Pattern.compile("[\\w./:@%+-]+");

    void loaded(int events) {
        if (events > 0) {
            LOG.info(
                    "Sink {}: {} events are parked on partition {}. `taskqueue parked list {}` lists them",
                    sink,
                    events,
                    partition,
                    sinkOptions);
        }
    }

    void parked(ParkableEvent parked, GiveUp giveUp, ParkedState.Failed state) {
        ReplicationEvent<?> event = parked.event();
        fields().event(event)
                .during(() -> LOG.warn(
                        "Sink {}: {} at offset {} of partition {} is parked: it could not be applied in {}, the last of which ended "
                                + "with {}: {}. Later events of task {} wait behind it; other tasks continue. Fix the cause and redrive "
                                + "it with `taskqueue parked redrive {} --task {} --execute`, or discard it with `parked discard`",
                        sink,
                        event,
                        parked.location().offset(),
                        partition,
                        giveUp.attemptsText(),
                        state.error().code(),
                        state.error().message(),
                        event.taskId(),
                        sinkOptions,
                        quoted(event.taskId())));
    }

    void redriven(ParkedCommand command) {
        fields().task(command.task())
                .during(() ->
                        LOG.info("Sink {}: task {} is redriven, as decided by {}", sink, command.task(), by(command)));
    }

    void discarded(ParkedCommand command, int events) {
        fields().task(command.task())
                .during(() -> LOG.warn(
                        "Sink {}: {} of task {} {} discarded, from offset {} on, as decided by {}: {}",
                        sink,
                        events == 1 ? "the first parked event" : "all " + events + " parked events",
                        command.task(),
                        events == 1 ? "is" : "are",
                        command.offset(),
                        by(command),
                        command.reason()));
    }

    void changedSince(ParkedCommand command) {
        fields().task(command.task())
                .during(() -> LOG.info(
                        "Sink {}: the command to {} task {} is ignored: the task is not parked any more as the command states, from "
                                + "offset {} on in round {}",
                        sink,
                        command.action().command(),
                        command.task(),
                        command.offset(),
                        command.round()));
    }

    void undecodable(ParkedEntry entry, UndecodableEventException reason) {
        fields().event(entry.queue(), entry.position())
                .task(entry.key().task())
                .during(() -> LOG.error(
                        "Sink {}: the parked event {} of queue {} at offset {} cannot be decoded any more, so task {} stays parked. "
                                + "Start the sink with the codec that it had before, and redrive the task again",
                        sink,
                        entry.position(),
                        entry.queue(),
                        entry.key().offset(),
                        entry.key().task(),
                        reason));
    }

    private LogFields fields() {
        return LogFields.ofSink(sink).partition(partition);
    }

    /** A task, quoted for a shell if necessary: its queue may have any name. */
    private static String quoted(TaskId task) {
        String text = task.toString();
        return PLAIN.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
    }

    private static String by(ParkedCommand command) {
        return command.by().isBlank() ? "a command" : command.by();
    }
}
