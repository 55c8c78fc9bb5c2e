package io.taskqueue.serde;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * Instants as they are in a record, in its value and its headers: written in UTC, with {@code Z} and 0, 3, 6 or 9 digits of a
 * second, exactly as by {@link Instant#toString()}; read with any offset.
 *
 * <pre>
 *   2026-11-01T10:00:30.123456789Z
 *   0123456789012345678901234567890
 * </pre>
 *
 * <p>Written by hand because every event has four instants and one more in its headers: {@link Instant#toString()} takes four
 * times and {@link Instant#parse} ten times as long, which would double the time to decode an event. Both are still used for
 * years of more than four digits and for other offsets. The same would apply to Jackson's {@code jsr310} module, which uses
 * them.
 */
final class InstantFormat {

    private static final int MAX_CHARACTERS = 64;
    private static final int LONGEST = 30;
    private static final int SECONDS_OF_DAY = 86_400;

    private InstantFormat() {}

    static void write(Instant instant, JsonGenerator out) throws IOException {
        char[] text = new char[LONGEST];
        int length = fill(text, instant);
        if (length == 0) {
            out.writeString(instant.toString());
        } else {
            out.writeString(text, 0, length);
        }
    }

    static String format(Instant instant) {
        char[] text = new char[LONGEST];
        int length = fill(text, instant);
        return length == 0 ? instant.toString() : new String(text, 0, length);
    }

    /** Writes the instant into the text and returns its length, or 0 if its year does not have four digits. */
    private static int fill(char[] text, Instant instant) {
        LocalDate date = LocalDate.EPOCH;
        long day = Math.floorDiv(instant.getEpochSecond(), SECONDS_OF_DAY);
        boolean hasDate = day >= LocalDate.MIN.toEpochDay() && day <= LocalDate.MAX.toEpochDay();
        if (hasDate) {
            date = LocalDate.ofEpochDay(day);
        }
        if (!hasDate || date.getYear() < 0 || date.getYear() > 9_999) {
            return 0;
        }
        int second = Math.floorMod(instant.getEpochSecond(), SECONDS_OF_DAY);
        digits(text, 0, 4, date.getYear());
        text[4] = '-';
        digits(text, 5, 2, date.getMonthValue());
        text[7] = '-';
        digits(text, 8, 2, date.getDayOfMonth());
        text[10] = 'T';
        digits(text, 11, 2, second / 3_600);
        text[13] = ':';
        digits(text, 14, 2, second / 60 % 60);
        text[16] = ':';
        digits(text, 17, 2, second % 60);
        int end = fraction(text, instant.getNano());
        text[end] = 'Z';
        return end + 1;
    }

    private static int fraction(char[] text, int nano) {
        if (nano == 0) {
            return 19;
        }
        text[19] = '.';
        int length = 9;
        int value = nano;
        while (value % 1_000 == 0) {
            value /= 1_000;
            length -= 3;
        }
        digits(text, 20, length, value);
        return 20 + length;
    }

    private static void digits(char[] text, int at, int count, int value) {
        int rest = value;
        for (int place = at + count - 1; place >= at; place--) {
            text[place] = (char) ('0' + rest % 10);
            rest /= 10;
        }
    }

    /** @throws DateTimeException if the text is not an instant */
    static Instant parse(String text) {
        if (text.length() > MAX_CHARACTERS) {
            throw new DateTimeException("The text has " + text.length() + " characters.");
        }
        Instant usual = parseUsual(text);
        return usual == null ? Instant.parse(text) : usual;
    }

    /** The instant, or null if the text is not in the format that this class usually writes. */
    private static @Nullable Instant parseUsual(String text) {
        int last = text.length() - 1;
        if (last < 19
                || last >= LONGEST
                || text.charAt(4) != '-'
                || text.charAt(7) != '-'
                || text.charAt(10) != 'T'
                || text.charAt(13) != ':'
                || text.charAt(16) != ':'
                || text.charAt(last) != 'Z'
                || (last > 19 && text.charAt(19) != '.')
                || last == 20) {
            return null;
        }
        int year = number(text, 0, 4);
        int month = number(text, 5, 7);
        int day = number(text, 8, 10);
        int hour = number(text, 11, 13);
        int minute = number(text, 14, 16);
        int second = number(text, 17, 19);
        int fraction = last == 19 ? 0 : number(text, 20, last);
        boolean inRange = hour < 24 && minute < 60 && second < 60;
        if (!inRange || (year | month | day | hour | minute | second | fraction) < 0) {
            return null;
        }
        for (int digits = last - 20; last > 19 && digits < 9; digits++) {
            fraction *= 10;
        }
        long days = LocalDate.of(year, month, day).toEpochDay();
        return Instant.ofEpochSecond(days * SECONDS_OF_DAY + hour * 3_600L + minute * 60L + second, fraction);
    }

    /** The number, or -1 if there is a character other than a digit. */
    private static int number(String text, int from, int to) {
        int value = 0;
        for (int at = from; at < to; at++) {
            char digit = text.charAt(at);
            if (digit < '0' || digit > '9') {
                return -1;
            }
            value = value * 10 + (digit - '0');
        }
        return value;
    }
}
