package io.taskqueue.event;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Why an attempt at a task failed, as data that the task's events carry.
 *
 * <p>The queue itself reports the loss of a lease with the codes {@link #LEASE_EXPIRED} and {@link #LEASE_REVOKED}; the metadata
 * states when the lease would have expired ({@link #DEADLINE}) and who held it: {@link #ATTEMPT} and {@link #LEASE_ID}, which with
 * the task's sequence id are the {@link OwnershipToken}.
 *
 * <p>An error is always small enough for its event and can always be encoded: each text is truncated to
 * {@value #MAX_TEXT_BYTES} bytes of UTF-8, between characters; an unpaired surrogate is replaced with a question mark; and only
 * the first {@value #MAX_METADATA} metadata entries are kept, and only as long as they have {@value #MAX_METADATA_BYTES} bytes
 * or fewer in total.
 *
 * @param code a short machine-readable reason, or null if there is none
 * @param message what happened, for people to read
 * @param metadata further details, in the order given
 */
public record TaskError(@Nullable String code, String message, Map<String, String> metadata) {

    /** The code of an attempt whose lease expired. */
    public static final String LEASE_EXPIRED = "lease_expired";

    /** The code of an attempt whose lease the queue revoked, because it was drained or closed. */
    public static final String LEASE_REVOKED = "lease_revoked";

    /** Metadata of a lost lease: when it expired or would have, an instant in ISO 8601. */
    public static final String DEADLINE = "deadline";

    /** Metadata of a lost lease: the attempt that it was for. */
    public static final String ATTEMPT = "attempt";

    /** Metadata of a lost lease: its id, as in its ownership token. */
    public static final String LEASE_ID = "leaseId";

    /** The length of the longest text that is kept, in bytes of UTF-8. */
    public static final int MAX_TEXT_BYTES = 8 * 1024;

    /** The maximum number of metadata entries that are kept. */
    public static final int MAX_METADATA = 16;

    /** The maximum total length of the metadata entries that are kept, in bytes of UTF-8. */
    public static final int MAX_METADATA_BYTES = 2 * MAX_TEXT_BYTES;

    public TaskError {
        code = code == null ? null : truncated(code);
        message = truncated(Objects.requireNonNull(message, "message"));
        metadata = Collections.unmodifiableMap(bounded(metadata));
    }

    /** An error with a message only. */
    public static TaskError of(String message) {
        return new TaskError(null, message, Map.of());
    }

    /** An error with a code and a message. */
    public static TaskError of(String code, String message) {
        return new TaskError(code, message, Map.of());
    }

    /**
     * An error from an exception: the code is its simple class name; the message is its own, or its class name if it has none
     * or its {@code getMessage} throws. Never throws.
     */
    public static TaskError of(Throwable cause) {
        String name = cause.getClass().getName();
        return of(name.substring(name.lastIndexOf('.') + 1), messageOf(cause, name));
    }

    private static String messageOf(Throwable cause, String fallback) {
        try {
            String message = cause.getMessage();
            return message == null ? fallback : message;
        } catch (Throwable unavailable) { // an application's own exception may throw anything here
            return fallback;
        }
    }

    private static Map<String, String> bounded(Map<String, String> metadata) {
        Map<String, String> kept = new LinkedHashMap<>();
        int bytes = 0;
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
            String name = truncated(entry.getKey());
            String value = truncated(entry.getValue());
            bytes += name.getBytes(StandardCharsets.UTF_8).length + value.getBytes(StandardCharsets.UTF_8).length;
            if (kept.size() == MAX_METADATA || bytes > MAX_METADATA_BYTES) {
                break;
            }
            kept.put(name, value);
        }
        return kept;
    }

    private static String truncated(String text) {
        // one more character than can be kept, so that a surrogate pair split here is removed below
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
