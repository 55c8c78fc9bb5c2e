package io.taskqueue.streams;

import io.taskqueue.event.TaskError;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Why an event is set aside.
 *
 * <pre>
 *   (applied) --- gives up ---&gt; failed -- redrive --&gt; (applied again)
 *                                 |
 *                                 +------ discard --&gt; discarded, until the log has passed it
 *   (seen) -- task is parked --&gt; behind, as long as an event of the task before it is parked
 * </pre>
 */
public sealed interface ParkedState {

    /**
     * It could not be applied.
     *
     * @param attempts how often it was tried
     * @param error how the last try ended
     * @param effects what was known of its effects then, by name; those that had not begun are not there
     */
    record Failed(int attempts, TaskError error, Map<String, EffectState> effects) implements ParkedState {
        public Failed {
            effects = Collections.unmodifiableMap(new TreeMap<>(effects));
        }
    }

    /** An event of its task before it is parked. */
    record Behind() implements ParkedState {}

    /**
     * A person decided that it is not applied, not in a replay either.
     *
     * @param by who
     * @param reason why
     * @param at when the sink learned of it
     * @param failure what had been wrong with it; empty where it was behind another
     */
    record Discarded(String by, String reason, Instant at, Optional<Failed> failure) implements ParkedState {}

    /** What is known of an effect. */
    enum EffectState {
        /** It has a recorded result. */
        DONE,
        /** It failed for good, and that is its result. */
        FAILED,
        /** It was begun, and what is declared for it says what is to be done: its probe is asked, or it counts as done. */
        BEGUN,
        /** It was begun, nobody knows whether it was done, and a person has to decide: a redrive runs it. */
        UNDECIDED
    }
}
