package io.taskqueue.serde;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
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

    /** The length of the longest text, except for years of more than four digits. */
    static final int LONGEST = 30;

    private static final int MAX_CHARACTERS = 64;
    private static final int SECONDS_LENGTH = 19;
    private static final int SECONDS_OF_DAY = 86_400;

    private InstantFormat() {}

    static String format(Instant instant) {
        return new String(bytes(instant), StandardCharsets.ISO_8859_1);
    }

    /** The text in ASCII. */
    static byte[] bytes(Instant instant) {
        byte[] text = new byte[LONGEST];
        if (!fillSeconds(text, 0, instant.getEpochSecond())) {
            return instant.toString().getBytes(StandardCharsets.ISO_8859_1);
        }
        int end = fraction(text, SECONDS_LENGTH, instant.getNano());
        return end == LONGEST ? text : Arrays.copyOf(text, end);
    }

    /**
     * Writes instants, most of which lie in a few seconds: the texts of the last ones are kept, because the instants of an event, and those
     * of the next one, differ in their fractions. Not thread-safe.
     */
    static final class Seconds {

        private static final int KEPT = 8;

        private final byte[] texts = new byte[KEPT * SECONDS_LENGTH];
        private final long[] seconds = new long[KEPT];

        Seconds() {
            Arrays.fill(seconds, Long.MIN_VALUE); // no instant has it
        }

        /** Writes an instant and returns its end, or -1 if its year does not have four digits. */
        int write(Instant instant, byte[] into, int at) {
            long second = instant.getEpochSecond();
            int kept = (int) second & (KEPT - 1);
            if (seconds[kept] != second) {
                seconds[kept] = Long.MIN_VALUE;
                if (!fillSeconds(texts, kept * SECONDS_LENGTH, second)) {
                    return -1;
                }
                seconds[kept] = second;
            }
            System.arraycopy(texts, kept * SECONDS_LENGTH, into, at, SECONDS_LENGTH);
            return fraction(into, at + SECONDS_LENGTH, instant.getNano());
        }
    }

    /** Writes date and time of a second; false if its year does not have four digits. */
    private static boolean fillSeconds(byte[] text, int at, long epochSecond) {
        long day = Math.floorDiv(epochSecond, SECONDS_OF_DAY);
        if (day < LocalDate.MIN.toEpochDay() || day > LocalDate.MAX.toEpochDay()) {
            return false;
        }
        LocalDate date = LocalDate.ofEpochDay(day);
        if (date.getYear() < 0 || date.getYear() > 9_999) {
            return false;
        }
        int second = Math.floorMod(epochSecond, SECONDS_OF_DAY);
        digits(text, at, 4, date.getYear());
        text[at + 4] = '-';
        digits(text, at + 5, 2, date.getMonthValue());
        text[at + 7] = '-';
        digits(text, at + 8, 2, date.getDayOfMonth());
        text[at + 10] = 'T';
        digits(text, at + 11, 2, second / 3_600);
        text[at + 13] = ':';
        digits(text, at + 14, 2, second / 60 % 60);
        text[at + 16] = ':';
        digits(text, at + 17, 2, second % 60);
        return true;
    }

    /** Writes what follows the seconds, and returns its end. */
    private static int fraction(byte[] text, int at, int nano) {
        int end = at;
        if (nano != 0) {
            int length = 9;
            int value = nano;
            while (value % 1_000 == 0) {
                value /= 1_000;
                length -= 3;
            }
            text[at] = '.';
            digits(text, at + 1, length, value);
            end = at + 1 + length;
        }
        text[end] = 'Z';
        return end + 1;
    }

    private static void digits(byte[] text, int at, int count, int value) {
        int rest = value;
        for (int place = at + count - 1; place >= at; place--) {
            text[place] = (byte) ('0' + rest % 10);
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
