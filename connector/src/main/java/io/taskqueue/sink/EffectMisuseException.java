package io.taskqueue.sink;

/**
 * A sink uses its {@link Effects} in a wrong way that no retry can fix: the same name twice in one event, a recorded result
 * requested as another type, a type or result that cannot be recorded, effects used outside of their event. The message states which,
 * and what to change in the code.
 *
 * <p>A runner stops at once, without another attempt and without advancing its checkpoint, even if the sink catches the
 * exception, and also if an effect's action throws it.
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
