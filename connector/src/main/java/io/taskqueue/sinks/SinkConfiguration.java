package io.taskqueue.sinks;

import io.taskqueue.config.DurationText;
import io.taskqueue.event.EventKind;
import io.taskqueue.sink.BreakerPolicy;
import io.taskqueue.sink.RetryPolicy;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a sink was configured with, for factories: reads values and says what is wrong with them, as in "The setting 'timeout'
 * of the sink http is wrong: '6' is no duration. Write a whole number and its unit, as in 500ms, 6s, 5m or 2h.".
 *
 * <p>Whatever is wrong is an {@link IllegalArgumentException}. Immutable. No message holds a value but a wrong one that was to
 * be a duration, a count or a kind.
 */
public final class SinkConfiguration {

    /** Which events the sink acts on: {@link #kinds()}. */
    public static final String KINDS = "kinds";

    /** How often an event is tried again: {@link #retry()}. */
    public static final String RETRIES = "retries";

    /** The wait before the first retry: {@link #retry()}. */
    public static final String BACKOFF = "backoff";

    /** Whether the sink waits for a dead target: {@link #breaker()}. */
    public static final String BREAKER = "breaker";

    /** After how many failures in a row it does: {@link #breaker()}. */
    public static final String BREAKER_FAILURES = "breaker.failures";

    /** The wait before a dead target is tried again: {@link #breaker()}. */
    public static final String BREAKER_WAIT = "breaker.wait";

    private final String sink;
    private final Map<String, String> values;

    /**
     * @param sink the sink's name on the command line, for messages
     * @param values what {@link io.taskqueue.sink.SinkFactory#create} was given
     * @throws IllegalArgumentException if there is a key that is not known
     */
    public SinkConfiguration(String sink, Map<String, String> values, Set<String> known) {
        this.sink = sink;
        this.values = Map.copyOf(values);
        Set<String> unknown = new TreeSet<>(values.keySet());
        unknown.removeAll(known);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("The sink " + sink + " does not know the setting '"
                    + unknown.iterator().next() + "'. It knows " + String.join(", ", new TreeSet<>(known)) + ".");
        }
    }

    /** The value, if it is given, without white space around it. */
    public Optional<String> text(String key) {
        return value(key, text -> text);
    }

    /**
     * The value, which must be given, without white space around it.
     *
     * @param example a value for the message
     */
    public String required(String key, String example) {
        String value = values.get(key);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException("The sink " + sink + " needs the setting '" + key + "'. Give it, as in "
                    + key + "=" + example + ".");
        }
        return value.strip();
    }

    /** The value as {@link DurationText}, if it is given. */
    public Optional<Duration> duration(String key) {
        return value(key, DurationText::parse);
    }

    /** The value as a whole number from 0 to 999999, if it is given. */
    public Optional<Integer> count(String key) {
        return value(key, text -> {
            if (!text.matches("\\d{1,6}")) {
                throw new IllegalArgumentException(
                        "'" + text + "' is no count. Write a whole number from 0 to 999999.");
            }
            return Integer.valueOf(text);
        });
    }

    /** The kinds of events that the sink acts on, {@value #KINDS}; by default all that sinks see. */
    public Set<EventKind> kinds() {
        return value(KINDS, SinkConfiguration::kinds).orElseGet(SinkConfiguration::allKinds);
    }

    /**
     * How often, and after what waits, an event is tried again: {@value #RETRIES} and {@value #BACKOFF}, and
     * {@link RetryPolicy#DEFAULT} where they say nothing.
     */
    public RetryPolicy retry() {
        Duration backoff = duration(BACKOFF).orElse(RetryPolicy.DEFAULT.firstBackoff());
        Duration longest = RetryPolicy.DEFAULT.maxBackoff();
        return new RetryPolicy(
                count(RETRIES).map(again -> again + 1).orElse(RetryPolicy.DEFAULT.attempts()),
                backoff,
                backoff.compareTo(longest) > 0 ? backoff : longest,
                RetryPolicy.DEFAULT.jitter());
    }

    /**
     * When the target is taken for dead: {@value #BREAKER} ({@code on} or {@code off}), {@value #BREAKER_FAILURES} and
     * {@value #BREAKER_WAIT}, and {@link BreakerPolicy#DEFAULT} where they say nothing.
     */
    public BreakerPolicy breaker() {
        int failures = count(BREAKER_FAILURES).orElse(BreakerPolicy.DEFAULT.failures());
        Duration wait = duration(BREAKER_WAIT).orElse(BreakerPolicy.DEFAULT.firstWait());
        Duration longest = BreakerPolicy.DEFAULT.maxWait();
        if (failures < 1) {
            throw refuse(BREAKER_FAILURES, "it is 0. Give at least 1, or breaker=off.");
        }
        if (wait.isZero()) {
            throw refuse(BREAKER_WAIT, "it is none. Give at least 1ms, or breaker=off.");
        }
        return value(BREAKER, SinkConfiguration::onOrOff).orElse(true)
                ? new BreakerPolicy(
                        failures,
                        Math.min(failures, BreakerPolicy.DEFAULT.tasks()),
                        wait,
                        wait.compareTo(longest) > 0 ? wait : longest)
                : BreakerPolicy.OFF;
    }

    private static boolean onOrOff(String text) {
        if (!text.equals("on") && !text.equals("off")) {
            throw new IllegalArgumentException("'" + text + "' is neither on nor off. Write one of them.");
        }
        return text.equals("on");
    }

    static Set<EventKind> allKinds() {
        return Collections.unmodifiableSet(EnumSet.complementOf(EnumSet.of(EventKind.SOURCE_STARTED)));
    }

    /** What to throw where a value is wrong. */
    public IllegalArgumentException refuse(String key, String reason) {
        return new IllegalArgumentException("The setting '" + key + "' of the sink " + sink + " is wrong: " + reason);
    }

    private static Set<EventKind> kinds(String text) {
        Set<EventKind> kinds = EnumSet.noneOf(EventKind.class);
        for (String name : text.split(",", -1)) {
            kinds.add(EventKind.ofWireName(name.strip())
                    .filter(allKinds()::contains)
                    .orElseThrow(() -> new IllegalArgumentException("'" + name.strip()
                            + "' is no kind of event that sinks see. Name some of "
                            + Arrays.stream(EventKind.values())
                                    .filter(allKinds()::contains)
                                    .map(EventKind::wireName)
                                    .collect(Collectors.joining(", "))
                            + ", with commas between them.")));
        }
        return Collections.unmodifiableSet(kinds);
    }

    private <V> Optional<V> value(String key, Function<String, V> read) {
        String text = values.get(key);
        if (text == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(read.apply(text.strip()));
        } catch (IllegalArgumentException wrong) {
            throw refuse(key, String.valueOf(wrong.getMessage()));
        }
    }
}
