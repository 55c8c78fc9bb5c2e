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
 * The header {@code Retry-After} of an HTTP answer (RFC 9110, section 10.2.3): seconds, or a date in one of the three forms
 * that a recipient must read.
 *
 * <pre>
 *   120
 *   Sun, 06 Nov 1994 08:49:37 GMT        as it is written today
 *   Sunday, 06-Nov-94 08:49:37 GMT       two digits of a year: at most 50 years ahead
 *   Sun Nov  6 08:49:37 1994
 * </pre>
 */
final class RetryAfter {

    private static final int MOST_DIGITS = 10;

    private RetryAfter() {}

    /** How long to wait from now, negative for a date that has passed; nothing where the text is neither form. */
    static Optional<Duration> read(String text, Instant now) {
        String value = text.strip();
        if (value.matches("\\d{1," + MOST_DIGITS + "}")) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(value)));
        }
        return forms(now).stream()
                .flatMap(form -> date(form, value).stream())
                .findFirst()
                .map(date -> Duration.between(now, date));
    }

    private static Optional<Instant> date(DateTimeFormatter form, String value) {
        try {
            return Optional.of(Instant.from(form.parse(value)));
        } catch (DateTimeParseException otherForm) {
            return Optional.empty();
        }
    }

    private static List<DateTimeFormatter> forms(Instant now) {
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
