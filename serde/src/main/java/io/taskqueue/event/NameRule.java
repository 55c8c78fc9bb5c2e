package io.taskqueue.event;

import java.nio.charset.StandardCharsets;

/**
 * The one rule for the names of queues, peers, sinks and effects: not empty, encodable as UTF-8 and, unless stated otherwise,
 * at most {@value #MAX_BYTES} bytes long.
 *
 * <p>Names become record keys, JSON strings and parts of identifiers, so a name with an unpaired surrogate would be replaced
 * silently on its way out, and two different names could become the same bytes.
 *
 * <p>Public for the other packages of this project; not part of the API. {@link QueueName} is the API for queue names.
 */
public final class NameRule {

    /** The length of the longest name, in bytes of UTF-8. */
    public static final int MAX_BYTES = 1024;

    private NameRule() {}

    /**
     * Returns the name if it follows the rule.
     *
     * @param what the kind of name for the error message, without an article, such as "queue name"
     * @param example a valid name for the error message
     * @throws IllegalArgumentException if the name is empty, longer than {@value #MAX_BYTES} bytes, or contains an unpaired
     *     surrogate
     */
    public static String require(String what, String example, String name) {
        requireNotEmpty(what, example, name);
        if (name.length() <= MAX_BYTES && isAscii(name)) {
            return name;
        }
        // a character has at least one byte, so a name of too many characters need not be encoded
        if (name.length() > MAX_BYTES || name.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            throw new IllegalArgumentException("The " + what + " has " + name.length()
                    + " characters and is longer than " + MAX_BYTES + " bytes of UTF-8. Use a shorter name.");
        }
        return requireEncodable(what, name);
    }

    /**
     * Returns the name if it follows the rule, except that it may be of any length.
     *
     * @param what the kind of name for the error message, without an article, such as "effect name"
     * @param example a valid name for the error message
     * @throws IllegalArgumentException if the name is empty or contains an unpaired surrogate
     */
    public static String requireAnyLength(String what, String example, String name) {
        requireNotEmpty(what, example, name);
        return isAscii(name) ? name : requireEncodable(what, name);
    }

    private static void requireNotEmpty(String what, String example, String name) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("The " + what + " is empty. Use a name such as \"" + example + "\".");
        }
    }

    private static String requireEncodable(String what, String name) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
            throw new IllegalArgumentException("The " + what
                    + " cannot be encoded as UTF-8: it contains an unpaired surrogate. Use complete characters.");
        }
        return name;
    }

    // most names are ASCII, and every event that is written or read has three of them
    private static boolean isAscii(String name) {
        for (int at = 0; at < name.length(); at++) {
            if (name.charAt(at) >= 0x80) {
                return false;
            }
        }
        return true;
    }
}
