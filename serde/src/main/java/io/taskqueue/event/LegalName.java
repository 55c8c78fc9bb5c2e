package io.taskqueue.event;

import java.nio.charset.StandardCharsets;

/** The rule that names of queues and of peers have in common: not empty, writable as UTF-8, bounded. */
final class LegalName {

    static final int MAX_BYTES = 1024;

    private LegalName() {}

    static String require(String noun, String example, String name) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException(
                    "A " + noun + " needs a name, but this one is empty. Name it, as in \"" + example + "\".");
        }
        if (name.length() <= MAX_BYTES && isAscii(name)) {
            return name;
        }
        if (name.length() > MAX_BYTES || name.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            throw new IllegalArgumentException("The name of a " + noun + " has at most " + MAX_BYTES
                    + " bytes of UTF-8, but this one has " + name.length() + " characters. Shorten it.");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
            throw new IllegalArgumentException("The " + noun + " name cannot be written as UTF-8: it holds half of a "
                    + "surrogate pair. Pass the name as whole characters.");
        }
        return name;
    }

    // most names are, and every event that is made or read brings three of them
    private static boolean isAscii(String name) {
        for (int at = 0; at < name.length(); at++) {
            if (name.charAt(at) >= 0x80) {
                return false;
            }
        }
        return true;
    }
}
