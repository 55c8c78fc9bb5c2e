package io.taskqueue.cli;

/** Names as a terminal may show them: a queue's name is any text, and a terminal obeys some. */
final class Printable {

    private Printable() {}

    /** The text on one line, each control character as its code. */
    static String line(String text) {
        StringBuilder line = new StringBuilder(text.length());
        text.codePoints().forEach(character -> {
            if (Character.isISOControl(character)) {
                line.append(String.format("\\u%04x", character));
            } else {
                line.appendCodePoint(character);
            }
        });
        return line.toString();
    }
}
