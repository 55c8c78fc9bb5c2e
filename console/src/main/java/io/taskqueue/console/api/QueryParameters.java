package io.taskqueue.console.api;

import io.javalin.http.Context;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The query parameters of a request, validated: one that the path does not have, one that is given twice, or a value that is not allowed is
 * an {@link IllegalArgumentException} that names the parameter, the value and what is allowed.
 */
final class QueryParameters {

    static final int MAX_LIMIT = 1_000;
    private static final int DEFAULT_LIMIT = 100;

    /** The longest text that is searched for, and longer than any name. */
    private static final int MAX_TEXT = 1_000;

    private static final int MAX_AFTER = 2_000;
    private static final int MAX_SHOWN = 100;

    private final Map<String, String> values;

    private QueryParameters(Map<String, String> values) {
        this.values = values;
    }

    /** The parameters of a request for a path that has these. */
    static QueryParameters of(Context context, String... known) {
        Map<String, String> values = new LinkedHashMap<>();
        for (Map.Entry<String, List<String>> given : context.queryParamMap().entrySet()) {
            String name = given.getKey();
            if (!Arrays.asList(known).contains(name)) {
                throw new IllegalArgumentException("There is no query parameter '" + shortened(name)
                        + "' here. Allowed are " + (known.length == 0 ? "none" : String.join(", ", known)) + ".");
            }
            if (given.getValue().size() > 1) {
                throw new IllegalArgumentException("The query parameter '" + name + "' is given "
                        + given.getValue().size() + " times. Give it once.");
            }
            values.put(name, given.getValue().get(0));
        }
        return new QueryParameters(values);
    }

    /** A value that must be there. */
    String required(String name) {
        String value = values.get(name);
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException("The query parameter '" + name + "' is required, but it is "
                    + (value == null ? "missing" : "empty") + ". Add ?" + name + "=….");
        }
        return value;
    }

    /** A text of at most so many characters that must be there. */
    String required(String name, int maxLength) {
        String value = required(name);
        if (value.length() > maxLength) {
            throw invalid(name, value, "a text of at most " + maxLength + " characters");
        }
        return value;
    }

    /** A value, or null if it is missing or empty. */
    @Nullable
    String optional(String name) {
        String value = values.get(name);
        if (value == null || value.isEmpty()) {
            return null;
        }
        return value;
    }

    /** A text that is searched for, or null. */
    @Nullable
    String text(String name) {
        return text(name, MAX_TEXT);
    }

    /** A text of at most so many characters, or null. */
    @Nullable
    String text(String name, int maxLength) {
        String value = optional(name);
        if (value != null && value.length() > maxLength) {
            throw invalid(name, value, "a text of at most " + maxLength + " characters");
        }
        return value;
    }

    /** {@code after}, of a list that an index keeps: where the last part ended, or null for the first. */
    @Nullable
    String after() {
        return text("after", MAX_AFTER);
    }

    /** One of these values, or null. */
    @Nullable
    String choice(String name, Set<String> allowed) {
        String value = optional(name);
        if (value != null && !allowed.contains(value)) {
            throw invalid(name, value, "one of " + String.join(", ", new TreeSet<>(allowed)));
        }
        return value;
    }

    /** One of the constants of an enum, empty if none is given. */
    <E extends Enum<E>> Optional<E> choice(String name, Class<E> type) {
        Set<String> allowed = new TreeSet<>();
        for (E constant : type.getEnumConstants()) {
            allowed.add(constant.name());
        }
        return Optional.ofNullable(choice(name, allowed)).map(value -> Enum.valueOf(type, value));
    }

    /** Whether {@code order} is {@code desc}; {@code asc} by default. */
    boolean descending() {
        return "desc".equals(choice("order", Set.of("asc", "desc")));
    }

    /** {@code limit}: how many items are wanted. */
    int limit() {
        String value = optional("limit");
        return value == null ? DEFAULT_LIMIT : (int) number("limit", value, 1, MAX_LIMIT);
    }

    /** A number from 0 on; 0 if it is missing. */
    int count(String name, int most) {
        String value = optional(name);
        return value == null ? 0 : (int) number(name, value, 0, most);
    }

    /** {@code after}, of a list that is counted: how many items come before. */
    int offset() {
        String value = optional("after");
        return value == null ? 0 : (int) number("after", value, 0, Integer.MAX_VALUE);
    }

    private static long number(String name, String value, long min, long max) {
        try {
            long number = Long.parseLong(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw invalid(name, value, "a number from " + min + " to " + max);
        }
        throw invalid(name, value, "a number from " + min + " to " + max);
    }

    private static IllegalArgumentException invalid(String name, String value, String allowed) {
        return new IllegalArgumentException(
                "The query parameter '" + name + "' must be " + allowed + ", but it is '" + shortened(value) + "'.");
    }

    private static String shortened(String value) {
        return value.length() <= MAX_SHOWN ? value : value.substring(0, MAX_SHOWN) + "…";
    }
}
