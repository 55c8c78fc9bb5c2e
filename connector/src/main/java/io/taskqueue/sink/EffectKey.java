package io.taskqueue.sink;

import io.taskqueue.event.NameRule;
import io.taskqueue.event.PercentEncoding;
import io.taskqueue.event.Position;
import io.taskqueue.event.QueueName;
import java.util.Objects;

/**
 * The identity of one effect, and the idempotency key that its action passes to the target. It is the same in every run of the
 * effect.
 *
 * @param sink the sink's name
 * @param generation 0, or the number of the deliberate re-run that the key belongs to
 * @param queueName the event's queue
 * @param position the event's position
 * @param effect the effect's name, unique within its event
 */
public record EffectKey(String sink, int generation, String queueName, Position position, String effect) {

    /** @throws IllegalArgumentException if a name is empty or contains an unpaired surrogate, or the generation is negative */
    public EffectKey {
        QueueName.require(queueName);
        Objects.requireNonNull(position, "position");
        NameRule.requireAnyLength("sink name", "billing", sink);
        NameRule.requireAnyLength("effect name", "charge", effect);
        if (generation < 0) {
            throw new IllegalArgumentException(
                    "The generation of an effect key is at least 0, but " + generation + " was given.");
        }
    }

    /** The key of the same effect under a generation. */
    public EffectKey inGeneration(int generation) {
        return new EffectKey(sink, generation, queueName, position, effect);
    }

    /**
     * The key as one text, sink/generation/queue/epoch/sequence/effect. The names are percent-encoded, so that the text is
     * valid in a header and different keys have different texts.
     */
    @Override
    public String toString() {
        return PercentEncoding.encode(sink) + "/" + generation + "/" + PercentEncoding.encode(queueName) + "/"
                + position.epoch() + "/" + position.sequence() + "/" + PercentEncoding.encode(effect);
    }
}
