package io.taskqueue.serde;

import org.jspecify.annotations.Nullable;

/** Foreign text as a part of a message: on one line, printable, bounded. */
final class Excerpt {

    private static final int MAX_CHARACTERS = 300;

    private Excerpt() {}

    static String of(@Nullable String text) {
        if (text == null) {
            return "no reason given";
        }
        StringBuilder excerpt = new StringBuilder(Math.min(text.length(), MAX_CHARACTERS) + 1);
        text.codePoints()
                .limit(MAX_CHARACTERS)
                .map(character -> isPrintable(character) ? character : ' ')
                .forEach(excerpt::appendCodePoint);
        return excerpt.append(text.codePointCount(0, text.length()) > MAX_CHARACTERS ? "…" : "")
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
