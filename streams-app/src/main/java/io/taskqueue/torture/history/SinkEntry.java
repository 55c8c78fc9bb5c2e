package io.taskqueue.torture.history;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.TaskId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an instance of a sink did with the events of one queue. */
public sealed interface SinkEntry extends HistoryEntry {

    /**
     * The sink's {@code apply} has ended without an exception: written as its last action.
     *
     * @param offset the offset of the event, or null where the sink does not know it
     * @param effects the effects that it asked for, in this order
     */
    record Applied(
            Moment at,
            Position position,
            EventKind kind,
            TaskId task,
            int attempt,
            @Nullable Long offset,
            List<EffectRead> effects)
            implements SinkEntry {
        public Applied {
            effects = List.copyOf(effects);
        }
    }

    /**
     * The result of an effect, as the sink got it.
     *
     * @param effect the effect's name
     * @param generation that of its key, where the action ran; 0 otherwise
     * @param ran whether its action ran in this process, in this call of {@code apply} or in an earlier one that failed
     * @param result the result as text; the message of a recorded failure
     */
    record EffectRead(String effect, int generation, boolean ran, String result) {}
}
