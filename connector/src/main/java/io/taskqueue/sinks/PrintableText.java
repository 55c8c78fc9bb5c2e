package io.taskqueue.sinks;

import java.util.regex.Pattern;

/** Text for one line of a log or message: control characters are written as {@code \\u000a}. */
final class PrintableText {

    private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}\\u0085\\u2028\\u2029]");

    private PrintableText() {}

    static String of(String text) {
        return CONTROL.matcher(text)
                .replaceAll(
                        found -> String.format("\\\\u%04x", (int) found.group().charAt(0)));
    }
}
