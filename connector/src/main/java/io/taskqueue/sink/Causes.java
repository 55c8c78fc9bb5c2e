package io.taskqueue.sink;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Searches an exception and its causes, at most 32 of them, because a chain of causes may be circular.
 *
 * <p>Public for the other packages of this project; not part of the API.
 */
public final class Causes {

    private static final int MAX_DEPTH = 32;

    private Causes() {}

    /** The first exception of the type: the given one or one of its causes. */
    public static <X extends Throwable> Optional<X> first(Throwable thrown, Class<X> type) {
        Throwable current = thrown;
        for (int depth = 0; current != null && depth < MAX_DEPTH; depth++) {
            if (type.isInstance(current)) {
                return Optional.of(type.cast(current));
            }
            current = causeOf(current);
        }
        return Optional.empty();
    }

    /** Null also where getCause() of a user's exception throws. */
    private static @Nullable Throwable causeOf(Throwable thrown) {
        try {
            return thrown.getCause();
        } catch (Throwable unreadable) {
            return null;
        }
    }
}
