package io.taskqueue.torture.history;

import io.taskqueue.event.Position;
import io.taskqueue.event.TaskId;
import io.taskqueue.sink.EffectKey;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What the driver of a run read or ordered about one queue. */
public sealed interface ObservedEntry extends HistoryEntry {

    Moment at();

    /** A claim that the registry of sources holds. */
    record ClaimSeen(Moment at, long epoch, UUID instance) implements ObservedEntry {}

    /**
     * How far a sink has come, as committed to Kafka.
     *
     * @param done the position up to which it has applied all, or null where it was not read
     * @param committedOffset the committed offset of its group in the queue's partition, or null where it was not read
     */
    record CheckpointSeen(Moment at, String sink, @Nullable Position done, @Nullable Long committedOffset)
            implements ObservedEntry {}

    /**
     * The committed offsets of a sink's group were moved.
     *
     * @param from before they were moved
     * @param at after that
     * @param toOffset the new offset in the queue's partition
     */
    record OffsetsReset(Moment from, Moment at, String sink, long toOffset) implements ObservedEntry {}

    /**
     * A recorded effect, as committed to Kafka. To be written for all effects at the end, and for as many as possible before.
     *
     * @param result the result as text, or the message of the failure; empty where the effect is in doubt
     */
    record ResultSeen(Moment at, EffectKey key, ResultState state, String result) implements ObservedEntry {}

    /** What is recorded of an effect. */
    enum ResultState {
        DONE,
        FAILED,
        /** Its action was begun, and nothing is known of its end. */
        IN_DOUBT
    }

    /** An event that is parked at the end. */
    record ParkedSeen(Moment at, String sink, Position position, String reason) implements ObservedEntry {}

    /** An event that an operator has given up, by order of the driver. */
    record ParkedDiscarded(Moment at, String sink, Position position) implements ObservedEntry {}

    /** The parked events of a task were applied again by order of the driver: written before it is given. */
    record ParkedRedriven(Moment at, String sink, TaskId task) implements ObservedEntry {}

    /** A dead task gets further attempts by order of the driver: written before it is given. */
    record DeadRetried(Moment at, TaskId task) implements ObservedEntry {}
}
