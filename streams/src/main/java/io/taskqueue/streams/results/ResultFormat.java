package io.taskqueue.streams.results;

import io.taskqueue.event.Position;
import io.taskqueue.event.TaskError;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.streams.state.StateReader;
import io.taskqueue.streams.state.StateWriter;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.utils.Bytes;

/**
 * The stored form of an effect's result or intent. The prefix of a key without generation and effect finds all results of an
 * event; without its position, all of a queue in their order.
 *
 * <pre>
 *   key    queue 4 + n | position 16 | generation 4 | effect n
 *   value  version 1 | event's offset 8 | recorded at 12 | kind 1 | ...
 *            kind 1, done:     type 4 + n | json 4 + n
 *            kind 2, failed:   code 4 + n, may be absent | message 4 + n | count 4, then name 4 + n | text 4 + n for each
 *            kind 3, intent:   nothing; the action was about to run
 *            kind 4, intent of an effect declared PARK: nothing
 *            kind 5, an effect that was done and whose result is too large to be recorded: its size 8; also an intent
 * </pre>
 *
 * <p>Sizes are in bytes; {@link StateWriter} states how a text, a time and an absent text are written.
 */
public final class ResultFormat {

    private static final byte VERSION = 1;
    private static final byte DONE = 1;
    private static final byte FAILED = 2;
    private static final byte INTENT = 3;
    private static final byte INTENT_PARK = 4;
    private static final byte TOO_LARGE = 5;

    /** Offset and time. */
    private static final int HEAD = 8 + 12;

    private static final int KIND_AT = 1 + HEAD;

    private ResultFormat() {}

    public static Bytes key(EffectKey key) {
        return Bytes.wrap(
                eventKey(key.queueName(), key.position(), 4 + key.effect().length())
                        .putInt(key.generation())
                        .putRestOfText(key.effect())
                        .toBytes());
    }

    /** The prefix of all keys of an event. */
    public static Bytes eventPrefix(String queue, Position position) {
        return Bytes.wrap(eventKey(queue, position, 0).toBytes());
    }

    /** The prefix of all keys of a queue. */
    public static Bytes queuePrefix(String queue) {
        return Bytes.wrap(queueKey(queue, 0).toBytes());
    }

    private static StateWriter eventKey(String queue, Position position, int more) {
        return queueKey(queue, 16 + more).putPosition(position);
    }

    private static StateWriter queueKey(String queue, int more) {
        return StateWriter.key(4 + queue.length() + more).putText(queue);
    }

    public static EffectKey key(String sink, Bytes key) {
        StateReader in = StateReader.key(key.get());
        String queue = in.readText();
        Position position = in.readPosition();
        int generation = in.readInt();
        return new EffectKey(sink, generation, queue, position, in.readRestOfText());
    }

    /** A result of an effect of the event at an offset. */
    public static byte[] value(long offset, Instant recordedAt, EffectResult result) {
        if (result instanceof EffectResult.Done done) {
            return head(
                            offset,
                            recordedAt,
                            DONE,
                            8 + done.type().length() + done.json().length())
                    .putText(done.type())
                    .putText(done.json())
                    .toBytes();
        }
        TaskError error = ((EffectResult.Failed) result).error();
        StateWriter out = head(offset, recordedAt, FAILED, 64 + error.message().length())
                .putText(error.code())
                .putText(error.message())
                .putInt(error.metadata().size());
        error.metadata().forEach((name, text) -> out.putText(name).putText(text));
        return out.toBytes();
    }

    /**
     * An intent in place of a result.
     *
     * @param parks whether an operator decides where the result stays unknown
     */
    public static byte[] intent(long offset, Instant recordedAt, boolean parks) {
        return head(offset, recordedAt, parks ? INTENT_PARK : INTENT, 0).toBytes();
    }

    /** The size of the entry of a result, in bytes. */
    public static long size(EffectKey key, EffectResult result) {
        if (result
                instanceof
                EffectResult.Done
                done) { // nothing is written only to be measured: this is called for each result
            return 4
                    + utf8Length(key.queueName())
                    + 16
                    + 4
                    + utf8Length(key.effect())
                    + KIND_AT
                    + 1
                    + 4
                    + utf8Length(done.type())
                    + 4
                    + utf8Length(done.json());
        }
        return (long) key(key).get().length + value(0, Instant.EPOCH, result).length;
    }

    private static long utf8Length(String text) {
        long bytes = text.length();
        for (int at = 0; at < text.length(); at++) {
            char next = text.charAt(at);
            if (next >= 0x80) {
                // two chars of a pair have four bytes; an unpaired one is written as a question mark
                bytes += next < 0x800 || Character.isSurrogate(next) ? 1 : 2;
            }
        }
        return bytes;
    }

    /** In place of a result that is too large. */
    public static byte[] tooLarge(long offset, Instant recordedAt, long bytes) {
        return head(offset, recordedAt, TOO_LARGE, 8).putLong(bytes).toBytes();
    }

    /** The size of a result that was too large; empty if the value is anything else. */
    static Optional<Long> tooLarge(byte[] value) {
        if (value[KIND_AT] != TOO_LARGE) {
            return Optional.empty();
        }
        StateReader in = opened(value);
        in.readLong();
        in.readInstant();
        in.readByte();
        return Optional.of(in.readLong());
    }

    private static StateWriter head(long offset, Instant recordedAt, byte kind, int more) {
        return StateWriter.value(VERSION, HEAD + 1 + more)
                .putLong(offset)
                .putInstant(recordedAt)
                .putByte(kind);
    }

    /** Whether it is an intent that leaves it to an operator whether the effect was done. */
    static boolean parks(byte[] value) {
        return value[KIND_AT] == INTENT_PARK;
    }

    public static boolean isIntent(byte[] value) {
        return value[KIND_AT] == INTENT || value[KIND_AT] == TOO_LARGE || parks(value);
    }

    public static boolean isFailure(byte[] value) {
        return value[KIND_AT] == FAILED;
    }

    public static long offset(byte[] value) {
        return opened(value).readLong();
    }

    public static Instant recordedAt(byte[] value) {
        StateReader in = opened(value);
        in.readLong();
        return in.readInstant();
    }

    /** The result; empty where the value is an intent. */
    public static Optional<EffectResult> result(byte[] value) {
        StateReader in = opened(value);
        in.readLong();
        in.readInstant();
        return switch (in.readByte()) {
            case DONE -> Optional.of(new EffectResult.Done(in.readText(), in.readText()));
            case FAILED -> Optional.of(new EffectResult.Failed(error(in)));
            default -> Optional.empty();
        };
    }

    private static TaskError error(StateReader in) {
        String code = in.readOptionalText();
        String message = in.readText();
        Map<String, String> metadata = new LinkedHashMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            metadata.put(in.readText(), in.readText());
        }
        return new TaskError(code, message, metadata);
    }

    private static StateReader opened(byte[] value) {
        return StateReader.value("effect result", VERSION, value);
    }
}
