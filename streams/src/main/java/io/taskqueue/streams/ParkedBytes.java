package io.taskqueue.streams;

import io.taskqueue.event.Position;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskId;
import io.taskqueue.sink.EffectMode;
import io.taskqueue.streams.ParkedState.EffectState;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The stored form of a parked event. Numbers are big-endian, texts UTF-8 behind their length in 4 bytes, -1 where there is none.
 * The prefix of a key without its offset and topic finds all of a task, in order.
 *
 * <pre>
 *   key    task's queue 4 + n | task's epoch 8 | task's sequence 8 | offset 8 | topic id 16
 *   value  version 1 | flags 1 (1 released, 2 replayed, 4 recorded only) | generation 4 | round 4 | since: seconds 8, nanos 4
 *          | event's queue 4 + n | epoch 8 | sequence 8 | state | the event's JSON
 *
 *   state  1 failed     failure
 *          2 behind
 *          3 discarded  seconds 8 | nanos 4 | by 4 + n | reason 4 + n | 0, or 1 and failure
 *   failure             attempts 4 | code 4 + n | message 4 + n | count 4, then key, value ... | count 4, then effect, state ...
 * </pre>
 */
final class ParkedBytes {

    private static final byte VERSION = 1;
    private static final int RELEASED = 1;
    private static final int REPLAYED = 2;
    private static final int RECORDED_ONLY = 4;
    private static final byte FAILED = 1;
    private static final byte BEHIND = 2;
    private static final byte DISCARDED = 3;

    private ParkedBytes() {}

    static Bytes key(ParkedKey key) {
        byte[] task = prefix(key.task());
        return Bytes.wrap(ByteBuffer.allocate(task.length + 24)
                .put(task)
                .putLong(key.offset())
                .putLong(key.topicId().getMostSignificantBits())
                .putLong(key.topicId().getLeastSignificantBits())
                .array());
    }

    static byte[] prefix(TaskId task) {
        byte[] queue = task.queueName().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(4 + queue.length + 16)
                .putInt(queue.length)
                .put(queue)
                .putLong(task.epoch())
                .putLong(task.sequenceId())
                .array();
    }

    static ParkedKey key(byte[] key) {
        ByteBuffer bytes = ByteBuffer.wrap(key);
        TaskId task = new TaskId(required(bytes), bytes.getLong(), bytes.getLong());
        return new ParkedKey(task, bytes.getLong(), new Uuid(bytes.getLong(), bytes.getLong()));
    }

    static byte[] value(ParkedEntry entry) {
        byte[] json = entry.value().get();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(json.length + 128);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeByte((entry.released() ? RELEASED : 0)
                    | (entry.pass().replayed() ? REPLAYED : 0)
                    | (entry.pass().mode() == EffectMode.RECORDED_ONLY ? RECORDED_ONLY : 0));
            out.writeInt(entry.pass().generation());
            out.writeInt(entry.pass().round());
            write(out, entry.since());
            write(out, entry.queue());
            out.writeLong(entry.position().epoch());
            out.writeLong(entry.position().sequence());
            write(out, entry.state());
            out.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException("Writing to memory failed.", e);
        }
        return bytes.toByteArray();
    }

    static ParkedEntry entry(byte[] key, byte[] value) {
        ByteBuffer bytes = ByteBuffer.wrap(value);
        StateVersion.require("parked event", VERSION, bytes.get());
        int flags = bytes.get();
        EffectMode mode = (flags & RECORDED_ONLY) == 0 ? EffectMode.RUN : EffectMode.RECORDED_ONLY;
        Pass pass = new Pass(mode, (flags & REPLAYED) != 0, bytes.getInt(), bytes.getInt());
        Instant since = instant(bytes);
        String queue = required(bytes);
        Position position = new Position(bytes.getLong(), bytes.getLong());
        ParkedState state = state(bytes);
        byte[] json = new byte[bytes.remaining()];
        bytes.get(json);
        return new ParkedEntry(
                key(key), pass, since, (flags & RELEASED) != 0, queue, position, state, Bytes.wrap(json));
    }

    private static void write(DataOutputStream out, ParkedState state) throws IOException {
        if (state instanceof ParkedState.Failed failed) {
            out.writeByte(FAILED);
            write(out, failed);
        } else if (state instanceof ParkedState.Discarded discarded) {
            out.writeByte(DISCARDED);
            write(out, discarded.at());
            write(out, discarded.by());
            write(out, discarded.reason());
            out.writeByte(discarded.failure().isPresent() ? 1 : 0);
            if (discarded.failure().isPresent()) {
                write(out, discarded.failure().get());
            }
        } else {
            out.writeByte(BEHIND);
        }
    }

    private static void write(DataOutputStream out, ParkedState.Failed failed) throws IOException {
        out.writeInt(failed.attempts());
        write(out, failed.error().code());
        write(out, failed.error().message());
        out.writeInt(failed.error().metadata().size());
        for (Map.Entry<String, String> entry : failed.error().metadata().entrySet()) {
            write(out, entry.getKey());
            write(out, entry.getValue());
        }
        out.writeInt(failed.effects().size());
        for (Map.Entry<String, EffectState> effect : failed.effects().entrySet()) {
            write(out, effect.getKey());
            write(out, effect.getValue().name());
        }
    }

    private static ParkedState state(ByteBuffer bytes) {
        byte kind = bytes.get();
        return switch (kind) {
            case FAILED -> failed(bytes);
            case DISCARDED -> {
                Instant at = instant(bytes);
                String by = required(bytes);
                String reason = required(bytes);
                yield new ParkedState.Discarded(
                        by, reason, at, bytes.get() == 0 ? Optional.empty() : Optional.of(failed(bytes)));
            }
            case BEHIND -> new ParkedState.Behind();
            default -> throw new IllegalStateException("A parked event is stored with the unknown state " + kind + ".");
        };
    }

    private static ParkedState.Failed failed(ByteBuffer bytes) {
        int attempts = bytes.getInt();
        String code = text(bytes);
        String message = required(bytes);
        Map<String, String> metadata = new LinkedHashMap<>();
        for (int left = bytes.getInt(); left > 0; left--) {
            metadata.put(required(bytes), required(bytes));
        }
        Map<String, EffectState> effects = new TreeMap<>();
        for (int left = bytes.getInt(); left > 0; left--) {
            effects.put(required(bytes), EffectState.valueOf(required(bytes)));
        }
        return new ParkedState.Failed(attempts, new TaskError(code, message, metadata), effects);
    }

    private static void write(DataOutputStream out, Instant instant) throws IOException {
        out.writeLong(instant.getEpochSecond());
        out.writeInt(instant.getNano());
    }

    private static Instant instant(ByteBuffer bytes) {
        return Instant.ofEpochSecond(bytes.getLong(), bytes.getInt());
    }

    private static void write(DataOutputStream out, @Nullable String text) throws IOException {
        if (text == null) {
            out.writeInt(-1);
        } else {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            out.writeInt(utf8.length);
            out.write(utf8);
        }
    }

    private static @Nullable String text(ByteBuffer bytes) {
        int length = bytes.getInt();
        if (length < 0) {
            return null;
        }
        byte[] text = new byte[length];
        bytes.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }

    private static String required(ByteBuffer bytes) {
        String text = text(bytes);
        if (text == null) {
            throw new IllegalStateException("A text of a parked event is missing.");
        }
        return text;
    }
}
