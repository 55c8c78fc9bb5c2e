package io.taskqueue.console.model;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How current a view is.
 *
 * @param state what it is doing
 * @param asOf the time of the newest event that it contains, or of the last moment at which it contained all events; null before the first
 * @param behind how many records of the event topic it does not contain yet
 * @param done the share that is restored or read so far, 0 to 1; 1 when current
 * @param problem why it cannot continue, or shows only a part; or null
 * @param notes what is missing although it continues, each with the reason: records that could not be decoded, what is beyond a bound
 */
public record ViewProgress(
        State state, @Nullable Instant asOf, long behind, double done, @Nullable String problem, List<String> notes) {

    public ViewProgress {
        notes = List.copyOf(notes);
    }

    /** Without notes. */
    public ViewProgress(State state, @Nullable Instant asOf, long behind, double done, @Nullable String problem) {
        this(state, asOf, behind, done, problem, List.of());
    }

    /** What a view is doing. */
    public enum State {
        STARTING,
        /** It reads its own state back from Kafka. */
        RESTORING,
        /** It reads events that were written before now. */
        CATCHING_UP,
        CURRENT,
        /** Kafka cannot be used. */
        DISCONNECTED
    }
}
