package io.taskqueue.sink;

import io.taskqueue.event.EventKind;
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

/** What a ready-made sink was configured with: reads values and says what is wrong with them. */
final class SinkConfiguration {

    static final String KINDS = "kinds";

    private final String sink;
    private final Map<String, String> values;

    /** @throws IllegalArgumentException if there is a key that is not known */
    SinkConfiguration(String sink, Map<String, String> values, Set<String> known) {
        this.sink = sink;
        this.values = Map.copyOf(values);
        Set<String> unknown = new TreeSet<>(values.keySet());
        unknown.removeAll(known);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("The sink " + sink + " does not know the setting '"
                    + unknown.iterator().next() + "'. It knows " + String.join(", ", new TreeSet<>(known)) + ".");
        }
    }

    String required(String key, String example) {
        String value = values.get(key);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException("The sink " + sink + " needs the setting '" + key + "'. Give it, as in "
                    + key + "=" + example + ".");
        }
        return value.strip();
    }

    Optional<Duration> duration(String key) {
        return value(key, DurationText::parse);
    }

    Optional<Integer> count(String key) {
        return value(key, text -> {
            if (!text.matches("\\d{1,6}")) {
                throw new IllegalArgumentException(
                        "'" + text + "' is no count. Write a whole number from 0 to 999999.");
            }
            return Integer.valueOf(text);
        });
    }

    /** The kinds of events that the sink acts on; by default all that sinks see. */
    Set<EventKind> kinds() {
        return value(KINDS, SinkConfiguration::kinds).orElseGet(SinkConfiguration::allKinds);
    }

    static Set<EventKind> allKinds() {
        return Collections.unmodifiableSet(EnumSet.complementOf(EnumSet.of(EventKind.SOURCE_STARTED)));
    }

    IllegalArgumentException refuse(String key, String reason) {
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
