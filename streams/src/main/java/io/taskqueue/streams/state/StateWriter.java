package io.taskqueue.streams.state;

import io.taskqueue.event.Position;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * Writes the bytes of a stored key or value; {@link StateReader} reads them. Numbers are big-endian.
 *
 * <pre>
 *   flag      1: 0 or 1
 *   text      length 4 | UTF-8        length -1: absent
 *   instant   seconds 8 | nanos 4
 *   uuid      most significant 8 | least significant 8
 *   position  epoch 8 | sequence 8
 * </pre>
 *
 * Every value begins with the version of its layout, 1 byte. Not thread-safe.
 */
public final class StateWriter {

    private ByteBuffer bytes;

    /** @param capacity the expected size; more is allocated as needed */
    private StateWriter(int capacity) {
        this.bytes = ByteBuffer.allocate(capacity);
    }

    /** Begins a key. */
    public static StateWriter key(int capacity) {
        return new StateWriter(capacity);
    }

    /** Begins a value of a version. */
    public static StateWriter value(byte version, int capacity) {
        return new StateWriter(1 + capacity).putByte(version);
    }

    public StateWriter putByte(byte value) {
        ensureCapacity(1).put(value);
        return this;
    }

    public StateWriter putFlag(boolean value) {
        return putByte((byte) (value ? 1 : 0));
    }

    public StateWriter putInt(int value) {
        ensureCapacity(4).putInt(value);
        return this;
    }

    public StateWriter putLong(long value) {
        ensureCapacity(8).putLong(value);
        return this;
    }

    /** Bytes without their length: the rest of a key or value. */
    public StateWriter putBytes(byte[] value) {
        ensureCapacity(value.length).put(value);
        return this;
    }

    /** A text without its length: the rest of a key. */
    public StateWriter putRestOfText(String value) {
        return putBytes(value.getBytes(StandardCharsets.UTF_8));
    }

    public StateWriter putText(@Nullable String value) {
        return putArray(value == null ? null : value.getBytes(StandardCharsets.UTF_8));
    }

    /** Bytes behind their length, which is -1 for null. */
    public StateWriter putArray(byte @Nullable [] value) {
        if (value == null) {
            return putInt(-1);
        }
        return putInt(value.length).putBytes(value);
    }

    public StateWriter putInstant(Instant value) {
        return putLong(value.getEpochSecond()).putInt(value.getNano());
    }

    public StateWriter putUuid(UUID value) {
        return putLong(value.getMostSignificantBits()).putLong(value.getLeastSignificantBits());
    }

    public StateWriter putUuid(Uuid value) {
        return putLong(value.getMostSignificantBits()).putLong(value.getLeastSignificantBits());
    }

    public StateWriter putPosition(Position value) {
        return putLong(value.epoch()).putLong(value.sequence());
    }

    /** All that was written. */
    public byte[] toBytes() {
        return bytes.position() == bytes.capacity() ? bytes.array() : Arrays.copyOf(bytes.array(), bytes.position());
    }

    private ByteBuffer ensureCapacity(int needed) {
        if (bytes.remaining() < needed) {
            int larger = Math.max(bytes.capacity() * 2, bytes.position() + needed);
            bytes = ByteBuffer.allocate(larger).put(bytes.flip());
        }
        return bytes;
    }
}
