package io.taskqueue.torture.report;

import io.taskqueue.event.Position;
import io.taskqueue.event.TaskId;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.torture.history.Moment;
import java.util.List;

/** What a violation is about, and thus which entries of the history show it. */
public sealed interface Subject {

    /** A task at its dispatchers: its events, leases and confirmations, and the claims in between. */
    record OfTask(TaskId task) implements Subject {}

    /** An event: its records, and what was done in answer to it. */
    record OfPosition(Position position) implements Subject {}

    /** Events at a sink: their records, and when the sink applied them. */
    record OfSinkEvents(String sink, List<Position> positions) implements Subject {
        public OfSinkEvents {
            positions = List.copyOf(positions);
        }

        /** One event. */
        public OfSinkEvents(String sink, Position position) {
            this(sink, List.of(position));
        }
    }

    /** An effect: its event, the calls of the target, its recorded results, and who read them. */
    record OfEffect(EffectKey key) implements Subject {}

    /** The latest checkpoints of a sink at a moment. */
    record OfCheckpoint(String sink, Moment at) implements Subject {}

    /** A sink as a whole. */
    record OfSink(String sink) implements Subject {}

    /** The whole run, or one of its processes. */
    record OfRun(String what) implements Subject {}
}
