package io.taskqueue.torture.history;

import java.util.Objects;

/** What the driver of a run did. */
public sealed interface RunEntry extends HistoryEntry {

    Moment at();

    /** The run has begun. */
    record RunStarted(Moment at, long seed, RunSettings settings) implements RunEntry {
        public RunStarted {
            Objects.requireNonNull(settings, "settings");
        }
    }

    /** A phase has begun, and the one before it has ended. */
    record PhaseBegan(Moment at, RunPhase phase) implements RunEntry {}

    /** The driver is about to start a process. */
    record ProcessStarted(Moment at, String process) implements RunEntry {}

    /**
     * A process has ended.
     *
     * @param how its exit code, or that it was killed
     */
    record ProcessEnded(Moment at, String process, String how) implements RunEntry {}

    /**
     * A fault begins: written before the driver acts.
     *
     * @param id unique in the run
     * @param kind what is done, such as {@code kill-dispatcher}
     * @param process what it is done to: a process, or a group of them such as the sinks or the target; {@code *} for what concerns
     *     all, dispatchers too
     * @param disturbs what processes may do because of it
     * @param detail for the report
     */
    record FaultBegan(Moment at, String id, String kind, String process, Disturbance disturbs, String detail)
            implements RunEntry {}

    /** A fault has ended: its process runs again, its link works again. Of a fault without an entry, it lasts until the end of the load. */
    record FaultEnded(Moment at, String id) implements RunEntry {}

    /** What a fault explains. */
    enum Disturbance {
        /** Nothing: processes behave as they would without it. A poison record, for instance. */
        NOTHING,
        /** Its process stands still, or cannot reach what it needs, or starts again: bounds of time do not count meanwhile. */
        PROGRESS,
        /** As PROGRESS, and its process's clock is wrong. */
        CLOCK
    }

    /**
     * A measurement of something that has a bound.
     *
     * @param process the process that was measured
     * @param what the name of what was measured, such as {@code resident memory}
     * @param value what was measured
     * @param bound the highest value that is allowed at this moment; 0 for what must be empty by now
     */
    record Measured(Moment at, String process, String what, long value, long bound) implements RunEntry {}
}
