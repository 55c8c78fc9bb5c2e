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
 * <p>An error can never make an event too large, nor one that cannot be written: every text is cut at
 * {@value #MAX_TEXT_BYTES} bytes of UTF-8, between characters; half of a surrogate pair becomes a question mark; and of the
 * metadata, in its order, at most {@value #MAX_METADATA} entries are kept, of at most
 * {@value #MAX_METADATA_BYTES} bytes together.
 *
 * @param code a short machine-readable reason, or null where there is none
 * @param message what happened, for a person
 * @param metadata further facts, in the order given
 */
public record TaskError(@Nullable String code, String message, Map<String, String> metadata) {

    /** The number of UTF-8 bytes at which each text is cut. */
    public static final int MAX_TEXT_BYTES = 8 * 1024;

    /** The number of metadata entries kept, at the most. */
    public static final int MAX_METADATA = 16;

    /** The number of UTF-8 bytes that the metadata entries kept have together, at the most. */
    public static final int MAX_METADATA_BYTES = 2 * MAX_TEXT_BYTES;

    public TaskError {
        code = code == null ? null : cut(code);
        message = cut(Objects.requireNonNull(message, "message"));
        metadata = Collections.unmodifiableMap(kept(metadata));
    }

    /** An error with a message alone. */
    public static TaskError of(String message) {
        return new TaskError(null, message, Map.of());
    }

    /** An error with a code and a message. */
    public static TaskError of(String code, String message) {
        return new TaskError(code, message, Map.of());
    }

    /**
     * An error from an exception: the code is its simple class name, the message its own, or its class name if it has none or
     * cannot say it. Never throws.
     */
    public static TaskError of(Throwable cause) {
        String name = cause.getClass().getName();
        return of(name.substring(name.lastIndexOf('.') + 1), messageOf(cause, name));
    }

    private static String messageOf(Throwable cause, String otherwise) {
        try {
            String message = cause.getMessage();
            return message == null ? otherwise : message;
        } catch (Throwable unreadable) { // it is somebody's own, and may throw anything
            return otherwise;
        }
    }

    private static Map<String, String> kept(Map<String, String> metadata) {
        Map<String, String> kept = new LinkedHashMap<>();
        int bytes = 0;
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
            String name = cut(entry.getKey());
            String value = cut(entry.getValue());
            bytes += name.getBytes(StandardCharsets.UTF_8).length + value.getBytes(StandardCharsets.UTF_8).length;
            if (kept.size() == MAX_METADATA || bytes > MAX_METADATA_BYTES) {
                break;
            }
            kept.put(name, value);
        }
        return kept;
    }

    private static String cut(String text) {
        // a character more than can be kept, so that a pair cut in two here is cut off below
        byte[] utf8 =
                text.substring(0, Math.min(text.length(), MAX_TEXT_BYTES + 1)).getBytes(StandardCharsets.UTF_8);
        if (utf8.length <= MAX_TEXT_BYTES) {
            return new String(utf8, StandardCharsets.UTF_8);
        }
        int end = MAX_TEXT_BYTES;
        while ((utf8[end] & 0xC0) == 0x80) {
            end--;
        }
        return new String(utf8, 0, end, StandardCharsets.UTF_8);
    }
}
