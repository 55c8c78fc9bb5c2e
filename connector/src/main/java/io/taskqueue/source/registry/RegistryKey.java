package io.taskqueue.source.registry;

import io.taskqueue.event.QueueName;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The key of a record of the registry: what the record states, and of which queue. The only type that makes and reads such keys.
 *
 * <pre>
 *   claim            queue name in UTF-8
 *   low-water mark   0xFF 'm' queue name in UTF-8
 *   retry order      0xFF 'r' queue name in UTF-8 0xFF id of the order
 * </pre>
 *
 * <p>A claim has the name alone, as before there were other records; the byte 0xFF never occurs in UTF-8. The registry is compacted:
 * of each key only the newest record is kept, so each order has a key of its own: a second one must not remove one that waits.
 *
 * @param kind what the record states
 * @param queueName the queue of which it states that
 * @param order the id of a retry order; empty of other kinds
 */
public record RegistryKey(Kind kind, String queueName, Optional<UUID> order) {

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

    /** @throws IllegalArgumentException if the queue's name is not legal, a retry order has no id, or another kind has one */
    public RegistryKey {
        Objects.requireNonNull(kind, "kind");
        QueueName.require(queueName);
        if (order.isPresent() != (kind == Kind.RETRY_ORDER)) {
            throw new IllegalArgumentException("A key of kind " + kind + " of queue " + queueName + " has "
                    + order.map(UUID::toString).orElse("no id")
                    + ", but a retry order has an id, and nothing else has.");
        }
    }

    /** The key of a queue's claim. */
    public static RegistryKey claim(String queueName) {
        return new RegistryKey(Kind.CLAIM, queueName, Optional.empty());
    }

    /** The key of a queue's low-water mark. */
    public static RegistryKey mark(String queueName) {
        return new RegistryKey(Kind.MARK, queueName, Optional.empty());
    }

    /** The key of an order to attempt dead tasks of a queue again. */
    public static RegistryKey retryOrder(String queueName, UUID order) {
        return new RegistryKey(Kind.RETRY_ORDER, queueName, Optional.of(order));
    }

    /** The bytes of the key; a new array. */
    public byte[] bytes() {
        byte[] name = queueName.getBytes(StandardCharsets.UTF_8);
        if (kind == Kind.CLAIM) {
            return name;
        }
        byte[] id = order.map(UUID::toString).orElse("").getBytes(StandardCharsets.UTF_8);
        ByteBuffer key = ByteBuffer.allocate(PREFIX_BYTES + name.length + (id.length == 0 ? 0 : 1 + id.length))
                .put(NOT_UTF_8)
                .put((byte) kind.code())
                .put(name);
        if (id.length > 0) {
            key.put(NOT_UTF_8).put(id);
        }
        return key.array();
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
            return Optional.of(claim(name(key, 0, key.length)));
        }
        if (key.length < PREFIX_BYTES) {
            throw new IllegalArgumentException("its key ends after the first byte, 0xFF");
        }
        return Arrays.stream(Kind.values())
                .filter(kind -> kind.code() == key[1])
                .findFirst()
                .map(kind -> kind == Kind.RETRY_ORDER
                        ? retryOrder(key)
                        : new RegistryKey(kind, name(key, PREFIX_BYTES, key.length), Optional.empty()));
    }

    private static RegistryKey retryOrder(byte[] key) {
        int end = PREFIX_BYTES;
        while (end < key.length && key[end] != NOT_UTF_8) {
            end++;
        }
        String name = name(key, PREFIX_BYTES, end);
        String id = new String(Arrays.copyOfRange(key, end, key.length), StandardCharsets.ISO_8859_1);
        try {
            return retryOrder(name, UUID.fromString(id.substring(1)));
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("its key does not end with the id of an order", e);
        }
    }

    private static String name(byte[] key, int from, int to) {
        try {
            return QueueName.require(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(key, from, to - from))
                    .toString());
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("its key is not a queue name in UTF-8", e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "its key is not a queue name of 1 to " + QueueName.MAX_BYTES + " bytes", e);
        }
    }
}
