package io.taskqueue.text;

import java.util.regex.Pattern;

/** Text as one word of a POSIX shell, for commands that are printed to be copied. */
public final class ShellText {

    private static final Pattern PLAIN = Pattern.compile("[\\w./:@%+,=-]+");

    private ShellText() {}

    /** The text, in quotes unless all of its characters are plain. */
    public static String quote(String text) {
        return PLAIN.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
