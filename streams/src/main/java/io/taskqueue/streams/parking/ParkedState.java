package io.taskqueue.streams.parking;

import io.taskqueue.event.TaskError;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Why an event is parked.
 *
 * <pre>
 *   (applied) --- gives up ---&gt; failed -- redrive --&gt; (applied again)
 *                                 |
 *                                 +------ discard --&gt; discarded, until the log's retention has passed it
 *   (read) -- task is parked --&gt; behind, as long as an event of the task before it is parked
 * </pre>
 */
public sealed interface ParkedState {

    /**
     * It could not be applied.
     *
     * @param attempts how often it was attempted
     * @param error how the last attempt ended
     * @param effects what was known of its effects then, by name; effects that had not begun are absent
     */
    record Failed(int attempts, TaskError error, Map<String, EffectState> effects) implements ParkedState {
        public Failed {
            effects = Collections.unmodifiableMap(new TreeMap<>(effects));
        }
    }

    /** An event of its task before it is parked. */
    record Behind() implements ParkedState {}

    /**
     * An operator decided that it is not applied, not in a replay either.
     *
     * @param by who decided
     * @param reason why
     * @param at when the sink received the decision
     * @param failure how it had failed; empty where it was behind another event
     */
    record Discarded(String by, String reason, Instant at, Optional<Failed> failure) implements ParkedState {}

    /** What is known of an effect. */
    enum EffectState {
        /** It has a recorded result. */
        DONE,
        /** It failed permanently, and that is its result. */
        FAILED,
        /** It was begun, and its declared policy decides: its probe is called, or it counts as done. */
        BEGUN,
        /** It was begun, its outcome is unknown, and an operator has to decide: a redrive runs it. */
        UNDECIDED,
        /** It was done, and its result was too large to be recorded: a redrive proceeds as declared, once there is room for it. */
        UNRECORDED
    }
}
