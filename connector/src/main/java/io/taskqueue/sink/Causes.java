package io.taskqueue.sink;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Looks through an exception and its causes; at most 32 deep, because causes may form a ring. */
public final class Causes {

    private static final int DEEPEST = 32;

    private Causes() {}

    /** The first of a type: the exception itself or one further down. */
    public static <X extends Throwable> Optional<X> first(Throwable thrown, Class<X> type) {
        Throwable current = thrown;
        for (int depth = 0; current != null && depth < DEEPEST; depth++) {
            if (type.isInstance(current)) {
                return Optional.of(type.cast(current));
            }
            current = causeOf(current);
        }
        return Optional.empty();
    }

    /** None where an exception of somebody's own cannot say. */
    private static @Nullable Throwable causeOf(Throwable thrown) {
        try {
            return thrown.getCause();
        } catch (Throwable unreadable) {
            return null;
        }
    }
}
