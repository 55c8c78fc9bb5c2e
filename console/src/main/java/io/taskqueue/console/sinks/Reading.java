package io.taskqueue.console.sinks;

import io.taskqueue.console.model.UnknownAnswerException;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What was read of a sink, or why that is unknown. Immutable, if its value is. */
final class Reading<V> {

    private final @Nullable V value;
    private final String problem;

    private Reading(@Nullable V value, String problem) {
        this.value = value;
        this.problem = problem;
    }

    static <V> Reading<V> of(V value) {
        return new Reading<>(Objects.requireNonNull(value, "value"), "");
    }

    /** @param problem why, as a clause that may be followed by sentences with what to do */
    static <V> Reading<V> unknown(String problem) {
        return new Reading<>(null, problem);
    }

    /** The value, or null if it is unknown. */
    @Nullable
    V orNull() {
        return value;
    }

    boolean known() {
        return value != null;
    }

    /** A part of the value, or the same reason why it is unknown. */
    <P> Reading<P> map(Function<V, P> part) {
        return value == null ? unknown(problem) : of(part.apply(value));
    }

    /**
     * The value.
     *
     * @param subject what it is, as the beginning of a sentence, in the plural
     * @throws UnknownAnswerException if it is unknown; the message states why
     */
    V require(String subject) {
        if (value == null) {
            throw new UnknownAnswerException(subject + " are unknown: " + problem);
        }
        return value;
    }
}
