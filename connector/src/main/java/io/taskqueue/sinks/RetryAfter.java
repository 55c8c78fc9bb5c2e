package io.taskqueue.sinks;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The header {@code Retry-After} of an HTTP response (RFC 9110, section 10.2.3): a number of seconds, or a date in one of the
 * three formats that a recipient must accept.
 *
 * <pre>
 *   120
 *   Sun, 06 Nov 1994 08:49:37 GMT        the preferred format
 *   Sunday, 06-Nov-94 08:49:37 GMT       obsolete; a year of two digits is at most 50 years ahead
 *   Sun Nov  6 08:49:37 1994             obsolete
 * </pre>
 */
final class RetryAfter {

    /** More digits than any wait that is not bounded anyway. */
    private static final int MAX_DIGITS = 10;

    private static final Duration VERY_LONG = Duration.ofSeconds(9_999_999_999L);

    private RetryAfter() {}

    /** The wait from now, not bounded, and negative for a date in the past; empty if the text is in none of the formats. */
    static Optional<Duration> parse(String text, Instant now) {
        String value = text.strip();
        if (value.matches("\\d+")) {
            return Optional.of(value.length() > MAX_DIGITS ? VERY_LONG : Duration.ofSeconds(Long.parseLong(value)));
        }
        return formats(now).stream()
                .flatMap(format -> date(format, value).stream())
                .findFirst()
                .map(date -> Duration.between(now, date));
    }

    private static Optional<Instant> date(DateTimeFormatter format, String value) {
        try {
            return Optional.of(Instant.from(format.parse(value)));
        } catch (DateTimeParseException otherFormat) {
            return Optional.empty();
        }
    }

    private static List<DateTimeFormatter> formats(Instant now) {
        DateTimeFormatter twoDigitYear = new DateTimeFormatterBuilder()
                .appendPattern("EEEE, dd-MMM-")
                .appendValueReduced(
                        ChronoField.YEAR, 2, 2, now.atZone(ZoneOffset.UTC).getYear() - 49)
                .appendPattern(" HH:mm:ss 'GMT'")
                .toFormatter(Locale.ENGLISH)
                .withZone(ZoneOffset.UTC);
        return List.of(
                DateTimeFormatter.RFC_1123_DATE_TIME,
                twoDigitYear,
                DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.ENGLISH)
                        .withZone(ZoneOffset.UTC));
    }
}
