package io.taskqueue.streams;

import io.taskqueue.event.Position;
import io.taskqueue.event.TaskError;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.store.EffectResult;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;

/**
 * The stored form of an effect's result. Numbers are big-endian, texts UTF-8 behind their length in 4 bytes. The prefix of a
 * key, without its effect and generation, finds all results of an event; without its position, all of a queue in their order.
 *
 * <pre>
 *   key    queue 4 + n | epoch 8 | sequence 8 | generation 4 | effect n
 *   value  version 1 | event's offset 8 | seconds 8 | nanos 4 | kind 1 | done:   type 4 + n | json 4 + n
 *                                                                      | failed: texts 4, then code, message, key, value ...
 *                                                                      | intent: nothing; the action was about to run
 *                                                                      | intent of an effect declared PARK: nothing
 * </pre>
 *
 * An absent code is a kind of its own, so that no text stands for nothing.
 */
final class ResultBytes {

    private static final byte VERSION = 1;
    private static final byte DONE = 1;
    private static final byte FAILED = 2;
    private static final byte FAILED_WITHOUT_CODE = 3;
    private static final byte INTENT = 4;
    private static final byte INTENT_PARK = 5;
    private static final int HEAD = 1 + 8 + 8 + 4 + 1;

    private ResultBytes() {}

    static Bytes key(EffectKey key) {
        byte[] event = prefix(key.queueName(), key.position());
        byte[] effect = utf8(key.effect());
        return Bytes.wrap(ByteBuffer.allocate(event.length + 4 + effect.length)
                .put(event)
                .putInt(key.generation())
                .put(effect)
                .array());
    }

    static byte[] prefix(String queue, Position position) {
        byte[] name = queuePrefix(queue);
        return ByteBuffer.allocate(name.length + 16)
                .put(name)
                .putLong(position.epoch())
                .putLong(position.sequence())
                .array();
    }

    static byte[] queuePrefix(String queue) {
        byte[] name = utf8(queue);
        return ByteBuffer.allocate(4 + name.length)
                .putInt(name.length)
                .put(name)
                .array();
    }

    static EffectKey key(String sink, Bytes key) {
        ByteBuffer bytes = ByteBuffer.wrap(key.get());
        String queue = text(bytes);
        Position position = new Position(bytes.getLong(), bytes.getLong());
        int generation = bytes.getInt();
        byte[] effect = new byte[bytes.remaining()];
        bytes.get(effect);
        return new EffectKey(sink, generation, queue, position, new String(effect, StandardCharsets.UTF_8));
    }

    static byte[] value(long offset, Instant recordedAt, EffectResult result) {
        byte kind;
        List<byte[]> texts = new ArrayList<>();
        if (result instanceof EffectResult.Done done) {
            kind = DONE;
            texts.add(utf8(done.type()));
            texts.add(utf8(done.json()));
        } else {
            TaskError error = ((EffectResult.Failed) result).error();
            String code = error.code();
            kind = code == null ? FAILED_WITHOUT_CODE : FAILED;
            texts.add(utf8(code == null ? "" : code));
            texts.add(utf8(error.message()));
            error.metadata().forEach((name, text) -> {
                texts.add(utf8(name));
                texts.add(utf8(text));
            });
        }
        int size = texts.stream().mapToInt(text -> 4 + text.length).sum();
        ByteBuffer bytes = ByteBuffer.allocate(HEAD + (kind == DONE ? 0 : 4) + size);
        putHead(bytes, offset, recordedAt, kind);
        if (kind != DONE) {
            bytes.putInt(texts.size());
        }
        texts.forEach(text -> bytes.putInt(text.length).put(text));
        return bytes.array();
    }

    /**
     * An intent in the place of its result.
     *
     * @param parks whether a person decides where it stays one
     */
    static byte[] intent(long offset, Instant recordedAt, boolean parks) {
        byte[] value = new byte[HEAD];
        putHead(ByteBuffer.wrap(value), offset, recordedAt, parks ? INTENT_PARK : INTENT);
        return value;
    }

    static boolean isIntent(byte[] value) {
        return value[HEAD - 1] == INTENT || parks(value);
    }

    /** Whether it is an intent that leaves it to a person whether the effect was done. */
    static boolean parks(byte[] value) {
        return value[HEAD - 1] == INTENT_PARK;
    }

    private static void putHead(ByteBuffer bytes, long offset, Instant recordedAt, byte kind) {
        bytes.put(VERSION).putLong(offset);
        bytes.putLong(recordedAt.getEpochSecond()).putInt(recordedAt.getNano()).put(kind);
    }

    static long offset(byte[] value) {
        return opened(value).getLong();
    }

    static Instant recordedAt(byte[] value) {
        ByteBuffer bytes = opened(value);
        bytes.getLong();
        return Instant.ofEpochSecond(bytes.getLong(), bytes.getInt());
    }

    static EffectResult result(byte[] value) {
        ByteBuffer bytes = opened(value);
        bytes.position(bytes.position() + 8 + 8 + 4);
        byte kind = bytes.get();
        if (kind == DONE) {
            return new EffectResult.Done(text(bytes), text(bytes));
        }
        int texts = bytes.getInt();
        String code = text(bytes);
        String message = text(bytes);
        Map<String, String> metadata = new LinkedHashMap<>();
        for (int i = 2; i < texts; i += 2) {
            metadata.put(text(bytes), text(bytes));
        }
        return new EffectResult.Failed(new TaskError(kind == FAILED ? code : null, message, metadata));
    }

    private static ByteBuffer opened(byte[] value) {
        ByteBuffer bytes = ByteBuffer.wrap(value);
        StateVersion.require("effect result", VERSION, bytes.get());
        return bytes;
    }

    private static String text(ByteBuffer bytes) {
        byte[] text = new byte[bytes.getInt()];
        bytes.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
