package io.taskqueue.serde;

import org.jspecify.annotations.Nullable;

/** Text from outside, made safe for messages and logs: on one line, printable, and of at most 300 characters. */
final class SanitizedText {

    private static final int MAX_CHARACTERS = 300;

    private SanitizedText() {}

    static String of(@Nullable String text) {
        if (text == null) {
            return "no reason given";
        }
        StringBuilder sanitized = new StringBuilder(Math.min(text.length(), MAX_CHARACTERS) + 1);
        text.codePoints()
                .limit(MAX_CHARACTERS)
                .map(character -> isPrintable(character) ? character : ' ')
                .forEach(sanitized::appendCodePoint);
        return sanitized
                .append(text.codePointCount(0, text.length()) > MAX_CHARACTERS ? "…" : "")
                .toString();
    }

    private static boolean isPrintable(int character) {
        return !Character.isISOControl(character)
                && Character.getType(character) != Character.SURROGATE
                && Character.getType(character) != Character.LINE_SEPARATOR
                && Character.getType(character) != Character.PARAGRAPH_SEPARATOR
                && Character.getType(character) != Character.FORMAT;
    }
}
