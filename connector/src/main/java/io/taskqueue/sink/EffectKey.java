package io.taskqueue.sink;

import io.taskqueue.event.PercentEncoding;
import io.taskqueue.event.Position;
import io.taskqueue.event.QueueName;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * The identity of one effect, and the idempotency key handed to the outside. The same on every run of the effect.
 *
 * @param sink the sink's name
 * @param generation which deliberate re-run the key belongs to; 0 for the first
 * @param queueName the event's queue
 * @param position the event's position
 * @param effect the effect's name within its event
 */
public record EffectKey(String sink, int generation, String queueName, Position position, String effect) {

    /** @throws IllegalArgumentException if a name is empty or holds half of a surrogate pair, or the generation is negative */
    public EffectKey {
        QueueName.require(queueName);
        Objects.requireNonNull(position, "position");
        requireNames(sink, effect);
        if (generation < 0) {
            throw new IllegalArgumentException(
                    "Generations of effect keys are counted from 0, but this is " + generation + ".");
        }
    }

    /** @throws IllegalArgumentException if one of the names cannot be a part of a key */
    public static void requireNames(String sink, String effect) {
        if (sink.isEmpty() || effect.isEmpty()) {
            throw new IllegalArgumentException(
                    "An effect key needs the names of its sink and effect, but this is sink '" + sink + "', effect '"
                            + effect + "'. Name both.");
        }
        if (!isWritable(sink) || !isWritable(effect)) {
            throw new IllegalArgumentException(
                    "The names of sink and effect in an effect key cannot be written as UTF-8: "
                            + "one holds half of a surrogate pair. Name them in whole characters.");
        }
    }

    // most names are ASCII, and every effect brings two of them
    private static boolean isWritable(String name) {
        for (int at = 0; at < name.length(); at++) {
            if (name.charAt(at) >= 0x80) {
                return StandardCharsets.UTF_8.newEncoder().canEncode(name);
            }
        }
        return true;
    }

    /**
     * The key as one text: sink/generation/queue/epoch/sequence/effect, each name percent-encoded, so that it fits a header
     * and different keys never look the same.
     */
    @Override
    public String toString() {
        return PercentEncoding.encode(sink) + "/" + generation + "/" + PercentEncoding.encode(queueName) + "/"
                + position.epoch() + "/" + position.sequence() + "/" + PercentEncoding.encode(effect);
    }
}
