package io.taskqueue.event;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Why an attempt at a task failed, as data that travels with the task's events.
 *
 * <p>Every text is cut at {@value #MAX_TEXT_BYTES} bytes of UTF-8, and at most {@value #MAX_METADATA} metadata entries are
 * kept, in their order, so that an error can never make an event too large.
 *
 * @param code a short machine-readable reason, or null where there is none
 * @param message what happened, for a person
 * @param metadata further facts, in the order given
 */
public record TaskError(@Nullable String code, String message, Map<String, String> metadata) {

    /** The number of UTF-8 bytes at which each text is cut. */
    public static final int MAX_TEXT_BYTES = 8 * 1024;

    /** The number of metadata entries kept. */
    public static final int MAX_METADATA = 16;

    public TaskError {
        code = code == null ? null : cut(code);
        message = cut(Objects.requireNonNull(message, "message"));
        Map<String, String> kept = new LinkedHashMap<>();
        metadata.entrySet().stream()
                .limit(MAX_METADATA)
                .forEach(entry -> kept.put(cut(entry.getKey()), cut(entry.getValue())));
        metadata = Collections.unmodifiableMap(kept);
    }

    /** An error with a message alone. */
    public static TaskError of(String message) {
        return new TaskError(null, message, Map.of());
    }

    /** An error with a code and a message. */
    public static TaskError of(String code, String message) {
        return new TaskError(code, message, Map.of());
    }

    /** An error from an exception: the code is its simple class name, the message its own, or its class name if it has none. */
    public static TaskError of(Throwable cause) {
        String message = cause.getMessage();
        String name = cause.getClass().getName();
        return of(name.substring(name.lastIndexOf('.') + 1), message == null ? name : message);
    }

    private static String cut(String text) {
        if (text.length() <= MAX_TEXT_BYTES / 3) {
            return text;
        }
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (utf8.length <= MAX_TEXT_BYTES) {
            return text;
        }
        int end = MAX_TEXT_BYTES;
        while ((utf8[end] & 0xC0) == 0x80) {
            end--;
        }
        return new String(utf8, 0, end, StandardCharsets.UTF_8);
    }
}
