package io.taskqueue.benchmarks.effects;

import io.taskqueue.event.Position;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.streams.results.ResultFormat;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.OptionalLong;

/**
 * The bytes that a sink records for an effect without a result, from a template into which the event's number is written, so that
 * what is compared with a sink puts the same bytes. Thread-safe.
 */
public final class ResultTemplate {

    private static final int OFFSET_IN_VALUE = 1;

    private final byte[] key;
    private final byte[] value;
    private final int sequenceInKey;

    public ResultTemplate(String queue, String effect) {
        key = ResultFormat.key(new EffectKey("any", 0, queue, new Position(1, 0), effect))
                .get();
        value = ResultFormat.value(0, Clock.systemUTC().instant(), new EffectResult.Done("void", "null"));
        sequenceInKey = ResultFormat.queuePrefix(queue).get().length + Long.BYTES;
    }

    /** The key of the result of the event with a given sequence. */
    public byte[] key(long sequence) {
        byte[] filled = key.clone();
        ByteBuffer.wrap(filled).putLong(sequenceInKey, sequence);
        return filled;
    }

    /** The value of the result of the event at a given offset. */
    public byte[] value(long offset) {
        byte[] filled = value.clone();
        ByteBuffer.wrap(filled).putLong(OFFSET_IN_VALUE, offset);
        return filled;
    }

    /** The offset of the event of a recorded result; empty if the value is an intent. */
    public static OptionalLong offset(byte[] recorded) {
        return ResultFormat.isIntent(recorded) ? OptionalLong.empty() : OptionalLong.of(ResultFormat.offset(recorded));
    }
}
