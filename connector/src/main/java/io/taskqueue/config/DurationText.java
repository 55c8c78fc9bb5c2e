package io.taskqueue.config;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as text on command lines and in configuration: a whole number and a unit, as in {@code 500ms}, {@code 6s},
 * {@code 5m}, {@code 2h}.
 *
 * <p>Public for the other packages of this project; not part of the API.
 */
public final class DurationText {

    private static final Pattern TEXT = Pattern.compile("(\\d{1,12})(ms|s|m|h)");

    private DurationText() {}

    /**
     * The text of a duration, in its largest whole unit; {@link #parse} is its inverse. A duration that is negative or not a
     * whole number of milliseconds has no such text and is written in ISO 8601.
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
     * Parses a duration.
     *
     * @throws IllegalArgumentException if the text is not a duration; the message states the format
     */
    public static Duration parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a duration. Use a whole number and a unit, as in 500ms, 6s, 5m or 2h.");
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
