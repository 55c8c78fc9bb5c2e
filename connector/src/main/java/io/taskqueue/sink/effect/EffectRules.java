package io.taskqueue.sink.effect;

import io.taskqueue.sink.OnPermanent;
import io.taskqueue.sink.PermanentEffectException;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Which failures of a sink's effects are permanent, and what happens to them.
 *
 * <p>Public for the other packages of this project; not part of the API.
 *
 * @param permanent whether an exception of an action is permanent; a {@link PermanentEffectException} always is
 * @param onPermanent what happens to an effect that failed permanently
 */
public record EffectRules(Predicate<? super Throwable> permanent, OnPermanent onPermanent) {

    /** Only a {@link PermanentEffectException} is permanent, and it is recorded. */
    public static final EffectRules DEFAULT = new EffectRules(thrown -> false, OnPermanent.RECORD);

    public EffectRules {
        Objects.requireNonNull(permanent, "permanent");
        Objects.requireNonNull(onPermanent, "onPermanent");
    }

    boolean isPermanent(Throwable thrown) {
        return thrown instanceof PermanentEffectException || permanent.test(thrown);
    }
}
