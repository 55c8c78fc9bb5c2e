package io.taskqueue.streams;

import io.taskqueue.serde.UndecodableEventException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs what becomes of one partition's parked tasks, and what a person can do. Only the stream thread uses it. */
final class ParkedReports {

    private static final Logger LOG = LoggerFactory.getLogger(Parking.class);

    private final String sink;
    private final int partition;

    ParkedReports(String sink, int partition) {
        this.sink = sink;
        this.partition = partition;
    }

    void loaded(ParkedTasks tasks) {
        if (tasks.events() > 0) {
            LOG.info(
                    "Sink {}: {} events are parked on partition {}. `taskqueue parked list --name {}` shows them",
                    sink,
                    tasks.events(),
                    partition,
                    sink);
        }
    }

    void parked(Handed.GaveUp gaveUp, ParkedState.Failed state) {
        LiveEvent<?> live = gaveUp.live();
        LOG.warn(
                "Sink {}: {} at offset {} of partition {} is parked: it could not be applied in {}, the last of which ended "
                        + "with {}: {}. Later events of task {} wait behind it; other tasks go on. Mend the cause and let "
                        + "it go with `taskqueue parked redrive --name {} --task {}`, or give it up with `parked discard`",
                sink,
                live.event,
                live.offset,
                partition,
                state.attempts() == 1 ? "1 try" : state.attempts() + " tries",
                state.error().code(),
                state.error().message(),
                live.event.taskId(),
                sink,
                live.event.taskId());
    }

    void redriven(ParkedCommand command) {
        LOG.info("Sink {}: task {} is redriven, as {} told", sink, command.task(), who(command));
    }

    void discarded(ParkedCommand command, int events) {
        LOG.warn(
                "Sink {}: {} parked events of task {}, from offset {} on, are discarded, as {} told: {}",
                sink,
                events,
                command.task(),
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

    private static String who(ParkedCommand command) {
        return command.by().isBlank() ? "a command" : command.by();
    }
}
