package io.taskqueue.sink;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Searches an exception and its causes, at most 32 of them, because a chain of causes may be circular. No method throws, whatever
 * the methods of an exception do.
 *
 * <p>Public for the other packages of this project; not part of the API.
 */
public final class Causes {

    private static final int MAX_DEPTH = 32;

    private Causes() {}

    /** The exception and its causes, from the outermost on. */
    public static List<Throwable> chain(Throwable thrown) {
        List<Throwable> chain = new ArrayList<>();
        Throwable current = thrown;
        while (current != null && chain.size() < MAX_DEPTH) {
            chain.add(current);
            current = causeOf(current);
        }
        return chain;
    }

    /** The first exception of the type: the given one or one of its causes. */
    public static <X extends Throwable> Optional<X> first(Throwable thrown, Class<X> type) {
        return chain(thrown).stream().filter(type::isInstance).map(type::cast).findFirst();
    }

    /** The exception's class and message; the class alone if its own methods throw, as those of a user's exception may. */
    public static String text(Throwable thrown) {
        try {
            return String.valueOf(thrown);
        } catch (Throwable unreadable) {
            return thrown.getClass().getName();
        }
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
