package io.taskqueue.sink;

/**
 * A sink uses its {@link Effects} in a way that no retry can mend: the same name twice in one event, a recorded result asked
 * for as another type, a result that cannot be recorded, effects used outside of their event. The message says which, and
 * what to change in the code.
 *
 * <p>A runner stops at once, without further tries and without advancing its checkpoint, also where the sink swallows it.
 */
public final class EffectMisuseException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    public EffectMisuseException(String message) {
        super(message);
    }

    public EffectMisuseException(String message, Throwable cause) {
        super(message, cause);
    }
}
