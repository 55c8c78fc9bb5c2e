package io.taskqueue.sink;

import io.taskqueue.event.PercentEncoding;
import io.taskqueue.event.Position;
import io.taskqueue.event.QueueName;
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

    /** @throws IllegalArgumentException if a name is empty or the generation negative */
    public EffectKey {
        QueueName.require(queueName);
        Objects.requireNonNull(position, "position");
        if (sink.isEmpty() || effect.isEmpty() || generation < 0) {
            throw new IllegalArgumentException(
                    "An effect key needs the names of its sink and effect and a generation of at "
                            + "least 0, but this is sink '" + sink + "', effect '" + effect + "', generation "
                            + generation + ".");
        }
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
