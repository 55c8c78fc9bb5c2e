package io.taskqueue.sinks;

import io.taskqueue.config.DurationText;
import io.taskqueue.event.EventKind;
import io.taskqueue.sink.BreakerPolicy;
import io.taskqueue.sink.Interests;
import io.taskqueue.sink.RetryPolicy;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The configuration of a sink, for factories: reads values and reports invalid ones, as in "The setting 'timeout' of the sink
 * http is invalid: '6' is not a duration. Use a whole number and a unit, as in 500ms, 6s, 5m or 2h.".
 *
 * <p>A secret value need not be on the command line: it may be read from a file or the environment ({@link #secret}).
 *
 * <p>Every error is an {@link IllegalArgumentException}. A message contains a value only if it is an invalid duration, number,
 * kind, status or switch, so that no secret is logged. Immutable.
 */
public final class SinkConfiguration {

    /** The kinds of events that the sink acts on: {@link #kinds()}. */
    public static final String KINDS = "kinds";

    /** How often an event is retried: {@link #retry()}. */
    public static final String RETRIES = "retries";

    /** The wait before the first retry: {@link #retry()}. */
    public static final String BACKOFF = "backoff";

    /** Whether the sink waits for an unavailable target: {@link #breaker()}. */
    public static final String BREAKER = "breaker";

    /** After how many failures in a row the target is considered unavailable: {@link #breaker()}. */
    public static final String BREAKER_FAILURES = "breaker.failures";

    /** The wait before an unavailable target is probed: {@link #breaker()}. */
    public static final String BREAKER_WAIT = "breaker.wait";

    /** Ends a key whose value names a file that contains the value. */
    static final String FILE = ".file";

    /** Ends a key whose value names an environment variable that contains the value. */
    static final String ENVIRONMENT = ".env";

    private final String sink;
    private final Map<String, String> values;

    /**
     * @param sink the sink's name on the command line, for messages
     * @param values the configuration that {@link io.taskqueue.sink.SinkFactory#create} was called with
     * @param known the keys of the sink; one that ends with {@code .*} stands for all keys that begin with the text before the star
     * @throws IllegalArgumentException if a key is unknown
     */
    public SinkConfiguration(String sink, Map<String, String> values, Set<String> known) {
        this.sink = sink;
        this.values = Map.copyOf(values);
        Set<String> unknown = new TreeSet<>(values.keySet());
        unknown.removeIf(key -> known.contains(key) || known.stream().anyMatch(all -> begins(key, all)));
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("The sink " + sink + " does not have the setting '"
                    + unknown.iterator().next() + "'. Its settings are " + String.join(", ", new TreeSet<>(known))
                    + ".");
        }
    }

    private static boolean begins(String key, String all) {
        return all.endsWith(".*") && key.length() >= all.length() && key.startsWith(all.substring(0, all.length() - 1));
    }

    /** The keys that are set and begin with the prefix, sorted. */
    SortedSet<String> keys(String prefix) {
        return values.keySet().stream()
                .filter(key -> key.startsWith(prefix))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * A value that may be secret, if it is set: that of the key itself, of the file named by {@code key.file}, or of the environment
     * variable named by {@code key.env}.
     *
     * @throws IllegalArgumentException if more than one of them is set
     */
    public Optional<SecretText> secret(String key) {
        List<SecretText> found = new ArrayList<>();
        value(key, SecretText::of).ifPresent(found::add);
        file(key + FILE).map(SecretText::ofFile).ifPresent(found::add);
        value(key + ENVIRONMENT, SecretText::ofEnvironment).ifPresent(found::add);
        if (found.size() > 1) {
            throw refuse(
                    key,
                    "it is set more than once. Set one of " + key + ", " + key + FILE + " and " + key + ENVIRONMENT
                            + ".");
        }
        return found.stream().findFirst();
    }

    /** The value as the path of a file, if it is set. */
    Optional<Path> file(String key) {
        return value(key, text -> {
            try {
                return Path.of(text);
            } catch (InvalidPathException invalid) {
                throw new IllegalArgumentException(
                        "it is not a path: " + invalid.getReason() + ". Name a file.", invalid);
            }
        });
    }

    /** The value without surrounding white space, if it is set. */
    public Optional<String> text(String key) {
        return value(key, text -> text);
    }

    /**
     * The value of a required setting, without surrounding white space.
     *
     * @param example a valid value, for the message
     */
    public String required(String key, String example) {
        String value = values.get(key);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException("The sink " + sink + " requires the setting '" + key
                    + "'. Set it, as in " + key + "=" + example + ".");
        }
        return value.strip();
    }

    /** The value as a duration such as {@code 500ms}, {@code 6s}, {@code 5m} or {@code 2h}, if it is set. */
    public Optional<Duration> duration(String key) {
        return value(key, DurationText::parse);
    }

    /** The value as a whole number from 0 to 999999, if it is set. */
    public Optional<Integer> count(String key) {
        return value(key, text -> {
            if (!text.matches("\\d{1,6}")) {
                throw new IllegalArgumentException("'" + text + "' is not a whole number from 0 to 999999. Use one.");
            }
            return Integer.valueOf(text);
        });
    }

    /** The kinds of events that the sink acts on, {@value #KINDS}; by default all kinds that sinks get. */
    public Set<EventKind> kinds() {
        return value(KINDS, Interests::parse).orElse(Interests.ALL).kinds();
    }

    /**
     * How often and after which waits an event is retried: {@value #RETRIES} and {@value #BACKOFF}, with the values of
     * {@link RetryPolicy#DEFAULT} for what is not set.
     */
    public RetryPolicy retry() {
        Duration backoff = duration(BACKOFF).orElse(RetryPolicy.DEFAULT.firstBackoff());
        Duration longest = RetryPolicy.DEFAULT.maxBackoff();
        int attempts = count(RETRIES).map(again -> again + 1).orElse(RetryPolicy.DEFAULT.attempts());
        requireAtMost(RetryPolicy.LONGEST, BACKOFF, backoff);
        return new RetryPolicy(
                attempts, backoff, backoff.compareTo(longest) > 0 ? backoff : longest, RetryPolicy.DEFAULT.jitter());
    }

    /**
     * When the target is considered unavailable: {@value #BREAKER} ({@code on} or {@code off}), {@value #BREAKER_FAILURES} and
     * {@value #BREAKER_WAIT}, with the values of {@link BreakerPolicy#DEFAULT} for what is not set.
     */
    public BreakerPolicy breaker() {
        int failures = count(BREAKER_FAILURES).orElse(BreakerPolicy.DEFAULT.failures());
        Duration wait = duration(BREAKER_WAIT).orElse(BreakerPolicy.DEFAULT.firstWait());
        Duration longest = BreakerPolicy.DEFAULT.maxWait();
        if (failures < 1) {
            throw refuse(BREAKER_FAILURES, "it is 0. Use at least 1, or breaker=off.");
        }
        if (wait.isZero()) {
            throw refuse(BREAKER_WAIT, "it is 0. Use at least 1ms, or breaker=off.");
        }
        requireAtMost(BreakerPolicy.LONGEST, BREAKER_WAIT, wait);
        return value(BREAKER, SinkConfiguration::onOrOff).orElse(true)
                ? new BreakerPolicy(
                        failures,
                        Math.min(failures, BreakerPolicy.DEFAULT.tasks()),
                        wait,
                        wait.compareTo(longest) > 0 ? wait : longest)
                : BreakerPolicy.OFF;
    }

    private void requireAtMost(Duration longest, String key, Duration wait) {
        if (wait.compareTo(longest) > 0) {
            throw refuse(key, "it is " + DurationText.of(wait) + ". Use at most " + DurationText.of(longest) + ".");
        }
    }

    private static boolean onOrOff(String text) {
        if (!text.equals("on") && !text.equals("off")) {
            throw new IllegalArgumentException("'" + text + "' is neither on nor off. Use one of them.");
        }
        return text.equals("on");
    }

    /** The exception to throw for an invalid value. */
    public IllegalArgumentException refuse(String key, String reason) {
        return new IllegalArgumentException("The setting '" + key + "' of the sink " + sink + " is invalid: " + reason);
    }

    /** The value as {@code read} understands it, if it is set; an exception of {@code read} states what is wrong with it. */
    <V> Optional<V> value(String key, Function<String, V> read) {
        String text = values.get(key);
        if (text == null) {
            return Optional.empty();
        }
        return Optional.of(checked(key, () -> read.apply(text.strip())));
    }

    /** What {@code read} returns; its exception is reported as what is wrong with the value of the key. */
    <V> V checked(String key, Supplier<V> read) {
        try {
            return read.get();
        } catch (IllegalArgumentException wrong) {
            throw refuse(key, String.valueOf(wrong.getMessage()));
        }
    }
}
