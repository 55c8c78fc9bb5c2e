package io.taskqueue.streams.state;

import io.taskqueue.event.Position;
import io.taskqueue.sink.SinkStoppedException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/** Reads the bytes of a stored key or value, as {@link StateWriter} wrote them. Not thread-safe. */
public final class StateReader {

    private final ByteBuffer bytes;

    private StateReader(byte[] bytes) {
        this.bytes = ByteBuffer.wrap(bytes);
    }

    /** Begins to read a key. */
    public static StateReader key(byte[] key) {
        return new StateReader(key);
    }

    /**
     * Begins to read a value.
     *
     * @param what what is stored, for the error
     * @param version the only version of the layout that is known
     * @throws SinkStoppedException if the value has another version
     */
    public static StateReader value(String what, byte version, byte[] value) {
        StateReader reader = new StateReader(value);
        byte found = reader.readByte();
        if (found != version) {
            throw new SinkStoppedException(
                    "A stored " + what + " has format version " + found
                            + ", but this version of the sink supports only " + version
                            + ". Run the version that wrote it, or a newer one.",
                    null);
        }
        return reader;
    }

    /** Whether more follows: fields are only added at the end, so a value may have been written by an older version. */
    public boolean hasMore() {
        return bytes.hasRemaining();
    }

    public byte readByte() {
        return bytes.get();
    }

    public boolean readFlag() {
        return bytes.get() == 1;
    }

    public int readInt() {
        return bytes.getInt();
    }

    public long readLong() {
        return bytes.getLong();
    }

    /** All remaining bytes. */
    public byte[] readRest() {
        byte[] rest = new byte[bytes.remaining()];
        bytes.get(rest);
        return rest;
    }

    /** All remaining bytes as a text. */
    public String readRestOfText() {
        return new String(readRest(), StandardCharsets.UTF_8);
    }

    public @Nullable String readOptionalText() {
        byte[] utf8 = readArray();
        return utf8 == null ? null : new String(utf8, StandardCharsets.UTF_8);
    }

    public String readText() {
        return Objects.requireNonNull(readOptionalText(), "a stored text that is required");
    }

    public byte @Nullable [] readArray() {
        int length = bytes.getInt();
        if (length < 0) {
            return null;
        }
        byte[] array = new byte[length];
        bytes.get(array);
        return array;
    }

    public Instant readInstant() {
        return Instant.ofEpochSecond(bytes.getLong(), bytes.getInt());
    }

    public UUID readUuid() {
        return new UUID(bytes.getLong(), bytes.getLong());
    }

    public Uuid readKafkaUuid() {
        return new Uuid(bytes.getLong(), bytes.getLong());
    }

    public Position readPosition() {
        return new Position(bytes.getLong(), bytes.getLong());
    }
}
