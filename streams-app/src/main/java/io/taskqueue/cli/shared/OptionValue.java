package io.taskqueue.cli.shared;

import io.taskqueue.config.DurationText;
import io.taskqueue.event.NameRule;
import io.taskqueue.event.PayloadInclusion;
import io.taskqueue.event.QueueName;
import io.taskqueue.sink.Interests;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.streams.rate.RateLimit;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * How the values of options are read: a value that no command can use is refused before the command runs, in one line that names the
 * option. An empty value is refused everywhere, because it is usually a variable of a script that is not set.
 *
 * @param <T> the type of the values
 */
public interface OptionValue<T> extends ITypeConverter<T> {

    /** The longest duration, 100 years of 365 days: it can be added to any time. */
    Duration LONGEST = Duration.ofDays(36_500);

    /** @throws IllegalArgumentException if the text is not such a value; the message states what is wrong and what to do */
    T parse(String text);

    @Override
    default T convert(@Nullable String text) {
        try {
            return parse(Text.required(text));
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(String.valueOf(e.getMessage()));
        }
    }

    /** Registers how text, durations and paths are read by options that have no converter of their own. */
    static void registerDefaults(CommandLine commands) {
        commands.registerConverter(String.class, new Text())
                .registerConverter(Duration.class, new Span())
                .registerConverter(Path.class, new FilePath());
    }

    /** Any text that is not blank. */
    final class Text implements OptionValue<String> {

        @Override
        public String parse(String text) {
            return text;
        }

        static String required(@Nullable String text) {
            if (text == null || text.isBlank()) {
                throw new IllegalArgumentException("the value is empty. Pass a value, or omit the option.");
            }
            return text;
        }
    }

    /** Any text, also none: for values whose default is an environment variable that may be set to nothing. */
    final class TextOrNone implements ITypeConverter<String> {

        @Override
        public String convert(String text) {
            return text;
        }
    }

    /** A duration, at most {@link #LONGEST}. */
    final class Span implements OptionValue<Duration> {

        @Override
        public Duration parse(String text) {
            Duration duration = DurationText.parse(text);
            if (duration.compareTo(LONGEST) > 0) {
                throw new IllegalArgumentException(
                        "'" + text + "' is longer than 100 years. Use at most " + LONGEST.toHours() + "h.");
            }
            return duration;
        }
    }

    /** A duration greater than zero. */
    final class PositiveSpan implements OptionValue<Duration> {

        @Override
        public Duration parse(String text) {
            Duration duration = new Span().parse(text);
            if (duration.isZero()) {
                throw new IllegalArgumentException("'" + text + "' is no time at all. Use at least 1ms.");
            }
            return duration;
        }
    }

    /** How long after a read of the registry leases are granted. */
    final class OwnershipLimit implements OptionValue<Duration> {

        @Override
        public Duration parse(String text) {
            Duration limit = new Span().parse(text);
            if (limit.compareTo(ReplicationSource.MIN_OWNERSHIP_STRICT) < 0) {
                throw new IllegalArgumentException(
                        "'" + text + "' is so short that a single slow read of the registry would"
                                + " suspend leasing. Use at least "
                                + DurationText.of(ReplicationSource.MIN_OWNERSHIP_STRICT) + ".");
            }
            return limit;
        }
    }

    /** The path of a file or a directory. */
    final class FilePath implements OptionValue<Path> {

        @Override
        public Path parse(String text) {
            try {
                return Path.of(text);
            } catch (InvalidPathException e) {
                throw new IllegalArgumentException(
                        "'" + text + "' is not a path (" + e.getReason() + "). Use the name of a file or a directory.",
                        e);
            }
        }
    }

    /** The path of a file to read, or {@code -} for standard input. */
    final class InputFile implements OptionValue<String> {

        @Override
        public String parse(String text) {
            return text.equals("-") ? text : new FilePath().parse(text).toString();
        }
    }

    /** A whole number of at least 1. */
    final class Count implements OptionValue<Integer> {

        @Override
        public Integer parse(String text) {
            return (int) number(text, 1, Integer.MAX_VALUE);
        }
    }

    /** A number of threads. */
    final class Threads implements OptionValue<Integer> {

        private static final int MOST = 10_000;

        @Override
        public Integer parse(String text) {
            return (int) number(text, 1, MOST);
        }
    }

    /** A whole number of at least 0. */
    final class CountOrZero implements OptionValue<Integer> {

        @Override
        public Integer parse(String text) {
            return (int) number(text, 0, Integer.MAX_VALUE);
        }
    }

    /** A replication factor. */
    final class ReplicationFactor implements OptionValue<Integer> {

        @Override
        public Integer parse(String text) {
            return (int) number(text, 1, Short.MAX_VALUE);
        }
    }

    /** A port to listen on; 0 selects a free one. */
    final class Port implements OptionValue<Integer> {

        @Override
        public Integer parse(String text) {
            return (int) number(text, 0, 65_535);
        }
    }

    /** A port to listen on that is followed by two others; 0 selects free ones. */
    final class PortOfThree implements OptionValue<Integer> {

        @Override
        public Integer parse(String text) {
            return (int) number(text, 0, 65_533);
        }
    }

    /** A remark that is recorded, of one line. */
    final class Line implements OptionValue<String> {

        private static final int MAX_BYTES = 4 * 1024;

        @Override
        public String parse(String text) {
            if (text.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES
                    || text.lines().count() > 1) {
                throw new IllegalArgumentException("the text is longer than 4 KiB or than one line. Shorten it.");
            }
            return text;
        }
    }

    /** A time with a UTC offset. */
    final class Time implements OptionValue<Instant> {

        @Override
        public Instant parse(String text) {
            try {
                return OffsetDateTime.parse(text).toInstant();
            } catch (DateTimeParseException e) {
                throw new IllegalArgumentException(
                        "'" + shortened(text)
                                + "' is not a time with a UTC offset. Write it as 2026-11-23T09:30:00Z or "
                                + "2026-11-23T10:30:00+01:00.",
                        e);
            }
        }
    }

    /** The seed of what is chosen at random. */
    final class Seed implements OptionValue<Long> {

        @Override
        public Long parse(String text) {
            return number(text, 0, Long.MAX_VALUE);
        }
    }

    /** The offset of a record. */
    final class Offset implements OptionValue<Long> {

        @Override
        public Long parse(String text) {
            return number(text, 0, Long.MAX_VALUE);
        }
    }

    /** The name of a topic that Kafka accepts. */
    final class Topic implements OptionValue<String> {

        private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9._-]{1,249}");

        @Override
        public String parse(String text) {
            if (!NAME.matcher(text).matches() || text.equals(".") || text.equals("..")) {
                throw new IllegalArgumentException(
                        "'" + shortened(text) + "' cannot be the name of a topic. Use up to 249 "
                                + "letters, digits, dots, hyphens and underscores, but not dots alone.");
            }
            return text;
        }
    }

    /** The name of a sink, which is a consumer group and the prefix of topics. */
    final class Sink implements OptionValue<String> {

        private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9._-]{1,200}");

        @Override
        public String parse(String text) {
            if (!NAME.matcher(text).matches() || text.equals(".") || text.equals("..")) {
                throw new IllegalArgumentException(
                        "'" + shortened(text) + "' cannot be the name of a sink. Use up to 200 "
                                + "letters, digits, dots, hyphens and underscores, but not dots alone.");
            }
            return text;
        }
    }

    /** The name of a queue. */
    final class Queue implements OptionValue<String> {

        @Override
        public String parse(String text) {
            return QueueName.require(text);
        }
    }

    /** Names of kinds of events, separated by commas. */
    final class Kinds implements OptionValue<Interests> {

        @Override
        public Interests parse(String text) {
            return Interests.parse(text);
        }
    }

    /** Which events include the payload of their task. */
    final class Inclusion implements OptionValue<PayloadInclusion> {

        @Override
        public PayloadInclusion parse(String text) {
            return switch (text) {
                case "every-event" -> PayloadInclusion.EVERY_EVENT;
                case "first-event" -> PayloadInclusion.FIRST_EVENT;
                default -> throw new IllegalArgumentException(
                        "'" + shortened(text) + "' is not known. Use every-event or first-event.");
            };
        }
    }

    /** The name of a peer. */
    final class Peer implements OptionValue<String> {

        @Override
        public String parse(String text) {
            return NameRule.require("peer name", "dispatcher-a", text);
        }
    }

    /** A share of a whole, from 0 to 1. */
    final class Share implements OptionValue<Double> {

        @Override
        public Double parse(String text) {
            double share;
            try {
                share = Double.parseDouble(text);
            } catch (NumberFormatException e) {
                share = Double.NaN;
            }
            if (!(share >= 0 && share <= 1)) {
                throw new IllegalArgumentException(
                        "'" + shortened(text) + "' is not a share from 0 to 1. Use a number such as 0.1.");
            }
            return share;
        }
    }

    /** Calls a second, or none for no limit. */
    final class CallRate implements OptionValue<Double> {

        private static final Pattern RATE = Pattern.compile("[0-9]{1,7}([.][0-9]{1,6})?");

        @Override
        public Double parse(String text) {
            if (text.equals("none")) {
                return RateLimit.UNLIMITED;
            }
            try {
                if (RATE.matcher(text).matches()) {
                    return RateLimit.perSecond(Double.parseDouble(text)).perSecond();
                }
            } catch (IllegalArgumentException outOfRange) {
                // reported below
            }
            throw new IllegalArgumentException("'" + shortened(text)
                    + "' is not a rate from 0.001 to 1000000 calls a second. Use a number such as 50, or none.");
        }
    }

    private static long number(String text, long least, long most) {
        try {
            long number = Long.parseLong(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // reported below
        }
        throw new IllegalArgumentException("'" + shortened(text) + "' is not a whole number from " + least + " to "
                + most + ". Use one in that range.");
    }

    /** A value as it is shown in a message. */
    private static String shortened(String text) {
        return text.length() <= 60 ? text : text.substring(0, 59) + "…";
    }
}
