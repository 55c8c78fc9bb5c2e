package io.taskqueue.torture.report;

import io.taskqueue.event.Position;
import io.taskqueue.event.TaskId;
import io.taskqueue.sink.EffectKey;

/** What a violation is about, and thus which entries of the history show it. */
public sealed interface Subject {

    /** A task: its events, leases, confirmations, and what was done in answer to its events. */
    record OfTask(TaskId task) implements Subject {}

    /** An event, by its position: its records, and what was done in answer to it. */
    record OfPosition(Position position) implements Subject {}

    /** An effect: its event, the calls of the target, its recorded results, and who read them. */
    record OfEffect(EffectKey key) implements Subject {}

    /** The checkpoints of a sink. */
    record OfSink(String sink) implements Subject {}

    /** The whole run, or one of its processes. */
    record OfRun(String what) implements Subject {}
}
