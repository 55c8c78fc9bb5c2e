package io.taskqueue.sink;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them on command lines and in configuration: {@code 500ms}, {@code 6s}, {@code 5m}, {@code 2h}. */
public final class DurationText {

    private static final Pattern TEXT = Pattern.compile("(\\d{1,12})(ms|s|m|h)");

    private DurationText() {}

    /**
     * The duration that the text is.
     *
     * @throws IllegalArgumentException if it is none; the message says how to write one
     */
    public static Duration parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no duration. Write a whole number and its unit, as in 500ms, 6s, 5m or 2h.");
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
    }
}
