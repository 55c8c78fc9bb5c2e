package io.taskqueue.sink.store;

import io.taskqueue.sink.EffectKey;
import java.util.OptionalLong;

/**
 * An effect was done, but its result is larger than its store takes. The store has recorded that the effect was done, and throws this
 * exception again when the result is looked for, as long as it is too large.
 *
 * <p>A sink gets it from the effect. The event is parked, even if the sink catches the exception, and the action does not run again
 * before an operator has raised the limit. A redrive then proceeds as the effect's {@link io.taskqueue.sink.OnAmbiguity} declares: by
 * default the action runs again with the same key, and its result is recorded.
 */
public final class ResultTooLargeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient EffectKey key;
    private final long bytes;

    /**
     * @param bytes the size of the result with its key, as the store would have to record it
     * @param limit the largest size that the store takes, if it is known
     * @param setting what limits the size, as in "max.message.bytes of topic a"
     */
    public ResultTooLargeException(EffectKey key, long bytes, OptionalLong limit, String setting) {
        super("Effect " + key + " was done, but its result is not recorded: it has " + bytes + " bytes, and "
                + (limit.isPresent()
                        ? "at most " + limit.getAsLong() + " are possible because of "
                        : "fewer are possible because of ")
                + setting
                + ". The action does not run again as long as this limit is too small. Raise it and redrive the event, which "
                + "by default runs the action again with the same key; if it must not run again, discard the event. For later "
                + "events, return a smaller result, or use run() if it is not needed.");
        this.key = key;
        this.bytes = bytes;
    }

    /** The effect. */
    public EffectKey effectKey() {
        return key;
    }

    /** The size of the result. */
    public long bytes() {
        return bytes;
    }
}
