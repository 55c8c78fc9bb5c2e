package io.taskqueue.sink.effect;

import io.taskqueue.sink.OnPermanent;
import io.taskqueue.sink.PermanentEffectException;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * What a sink's permanent failures are, and what becomes of them.
 *
 * @param permanent whether what an action threw is permanent; a {@link PermanentEffectException} always is
 * @param onPermanent what becomes of an effect that failed so
 */
public record EffectRules(Predicate<? super Throwable> permanent, OnPermanent onPermanent) {

    /** A {@link PermanentEffectException} alone is permanent, and it is recorded. */
    public static final EffectRules DEFAULT = new EffectRules(thrown -> false, OnPermanent.RECORD);

    public EffectRules {
        Objects.requireNonNull(permanent, "permanent");
        Objects.requireNonNull(onPermanent, "onPermanent");
    }

    public boolean isPermanent(Throwable thrown) {
        return thrown instanceof PermanentEffectException || permanent.test(thrown);
    }
}
