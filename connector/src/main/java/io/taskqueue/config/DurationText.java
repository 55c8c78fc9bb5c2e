package io.taskqueue.config;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them on command lines and in configuration: {@code 500ms}, {@code 6s}, {@code 5m}, {@code 2h}. */
public final class DurationText {

    private static final Pattern TEXT = Pattern.compile("(\\d{1,12})(ms|s|m|h)");

    private DurationText() {}

    /**
     * The text of a duration, in its largest whole unit; {@link #parse} is its inverse. What has no such text, being negative or
     * not of whole milliseconds, is shown as ISO 8601 has it.
     */
    public static String of(Duration duration) {
        if (duration.isNegative() || !duration.truncatedTo(ChronoUnit.MILLIS).equals(duration)) {
            return duration.toString();
        }
        if (!duration.truncatedTo(ChronoUnit.SECONDS).equals(duration)) {
            return duration.toMillis() + "ms";
        }
        long seconds = duration.toSeconds();
        if (seconds == 0 || seconds % 60 != 0) {
            return seconds + "s";
        }
        return seconds % 3_600 == 0 ? seconds / 3_600 + "h" : seconds / 60 + "m";
    }

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
