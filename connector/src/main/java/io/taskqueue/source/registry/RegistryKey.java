package io.taskqueue.source.registry;

import io.taskqueue.event.QueueName;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The key of a record of the registry: what the record states, and of which queue. The only type that makes and reads such keys.
 *
 * <pre>
 *   claim            queue name in UTF-8
 *   low-water mark   0xFF 'm' queue name in UTF-8
 *   retry order      0xFF 'r' queue name in UTF-8
 * </pre>
 *
 * <p>A claim has the name alone, as before there were other records; the byte 0xFF never occurs in UTF-8. The registry is compacted:
 * of each key only the newest record is kept.
 *
 * @param kind what the record states
 * @param queueName the queue of which it states that
 */
public record RegistryKey(Kind kind, String queueName) {

    /** What a record of the registry states. */
    public enum Kind {
        /** A source owns the queue. */
        CLAIM,
        /** The lowest offset that a recovery of the queue needs. */
        MARK,
        /** Dead tasks of the queue are to be attempted again. */
        RETRY_ORDER;

        /** The byte behind {@link #NOT_UTF_8}; -1 for a claim, whose key has neither. */
        private int code() {
            return switch (this) {
                case CLAIM -> -1;
                case MARK -> 'm';
                case RETRY_ORDER -> 'r';
            };
        }
    }

    private static final byte NOT_UTF_8 = (byte) 0xFF;
    private static final int PREFIX_BYTES = 2;

    /** @throws IllegalArgumentException if the queue's name is not legal */
    public RegistryKey {
        Objects.requireNonNull(kind, "kind");
        QueueName.require(queueName);
    }

    /** The key of a queue's claim. */
    public static RegistryKey claim(String queueName) {
        return new RegistryKey(Kind.CLAIM, queueName);
    }

    /** The key of a queue's low-water mark. */
    public static RegistryKey mark(String queueName) {
        return new RegistryKey(Kind.MARK, queueName);
    }

    /** The key of an order to attempt dead tasks of a queue again. */
    public static RegistryKey retryOrder(String queueName) {
        return new RegistryKey(Kind.RETRY_ORDER, queueName);
    }

    /** The bytes of the key; a new array. */
    public byte[] bytes() {
        byte[] name = queueName.getBytes(StandardCharsets.UTF_8);
        if (kind == Kind.CLAIM) {
            return name;
        }
        return ByteBuffer.allocate(PREFIX_BYTES + name.length)
                .put(NOT_UTF_8)
                .put((byte) kind.code())
                .put(name)
                .array();
    }

    /**
     * Reads the key of a record.
     *
     * @return empty if the record is of a kind that a newer version writes; such a record is ignored
     * @throws IllegalArgumentException if the key is missing or contains no legal queue name; the message is a clause that states why
     */
    public static Optional<RegistryKey> read(byte @Nullable [] key) {
        if (key == null) {
            throw new IllegalArgumentException("it has no key");
        }
        if (key.length == 0 || key[0] != NOT_UTF_8) {
            return Optional.of(claim(name(key, 0)));
        }
        if (key.length < PREFIX_BYTES) {
            throw new IllegalArgumentException("its key ends after the first byte, 0xFF");
        }
        return Arrays.stream(Kind.values())
                .filter(kind -> kind.code() == key[1])
                .findFirst()
                .map(kind -> new RegistryKey(kind, name(key, PREFIX_BYTES)));
    }

    private static String name(byte[] key, int from) {
        try {
            return QueueName.require(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(key, from, key.length - from))
                    .toString());
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("its key is not a queue name in UTF-8", e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "its key is not a queue name of 1 to " + QueueName.MAX_BYTES + " bytes", e);
        }
    }
}
