package io.taskqueue.event;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a span is in a distributed trace, in the notation of W3C Trace Context. A task carries that of its enqueue; requests to other
 * systems carry it in the headers {@code traceparent} and {@code tracestate}.
 *
 * <pre>
 *   00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
 *   |  |                                |                |
 *   |  trace id                         span id          flags; lowest bit: sampled
 *   version
 * </pre>
 *
 * @param traceparent version 00, in lower case
 * @param tracestate what tracing systems add, passed on unchanged, or null; at most {@value #MAX_STATE_LENGTH} characters
 */
public record TraceContext(String traceparent, @Nullable String tracestate) {

    /** The length of the longest trace state. */
    public static final int MAX_STATE_LENGTH = 512;

    /** The name of the header, and of the field of an event, that has the position in the trace. */
    public static final String TRACEPARENT = "traceparent";

    /** The name of the header, and of the field of an event, that has the trace state. */
    public static final String TRACESTATE = "tracestate";

    private static final int LENGTH = 55;
    private static final int TRACE_ID = 3;
    private static final int SPAN_ID = 36;
    private static final int FLAGS = 53;

    /** @throws IllegalArgumentException if a part is not in the notation */
    public TraceContext {
        Objects.requireNonNull(traceparent, TRACEPARENT);
        if (!isPosition(traceparent)) {
            throw new IllegalArgumentException(
                    "A traceparent is 00-TRACE-SPAN-FLAGS in lower-case hexadecimal digits, as in "
                            + "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, but this one, of "
                            + traceparent.length()
                            + " characters, is not. Pass the header as it was received, or null if there is none.");
        }
        if (tracestate != null && !isState(tracestate)) {
            throw new IllegalArgumentException("A tracestate has 1 to " + MAX_STATE_LENGTH
                    + " printable ASCII characters, but this one, of " + tracestate.length()
                    + " characters, has not. Pass null in its place: the trace does not depend on it.");
        }
    }

    /**
     * Reads two headers as they were received: empty if there is no valid {@code traceparent}; an invalid {@code tracestate} is ignored,
     * as W3C Trace Context demands.
     */
    public static Optional<TraceContext> parse(@Nullable String traceparent, @Nullable String tracestate) {
        if (traceparent == null || !isPosition(traceparent)) {
            return Optional.empty();
        }
        return Optional.of(
                new TraceContext(traceparent, tracestate != null && isState(tracestate) ? tracestate : null));
    }

    /** The trace: 32 hexadecimal digits. */
    public String traceId() {
        return traceparent.substring(TRACE_ID, SPAN_ID - 1);
    }

    /** The span: 16 hexadecimal digits. */
    public String spanId() {
        return traceparent.substring(SPAN_ID, FLAGS - 1);
    }

    /** The flags of the trace, as two hexadecimal digits; their lowest bit states whether it is sampled. */
    public String flags() {
        return traceparent.substring(FLAGS);
    }

    private static boolean isPosition(String text) {
        return text.length() == LENGTH
                && text.startsWith("00-")
                && text.charAt(SPAN_ID - 1) == '-'
                && text.charAt(FLAGS - 1) == '-'
                && isId(text, TRACE_ID, SPAN_ID - 1)
                && isId(text, SPAN_ID, FLAGS - 1)
                && isHexadecimal(text, FLAGS, LENGTH);
    }

    /** Digits that are not all 0. */
    private static boolean isId(String text, int from, int to) {
        if (!isHexadecimal(text, from, to)) {
            return false;
        }
        for (int at = from; at < to; at++) {
            if (text.charAt(at) != '0') {
                return true;
            }
        }
        return false;
    }

    private static boolean isHexadecimal(String text, int from, int to) {
        for (int at = from; at < to; at++) {
            char c = text.charAt(at);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }

    private static boolean isState(String text) {
        if (text.isEmpty() || text.length() > MAX_STATE_LENGTH) {
            return false;
        }
        for (int at = 0; at < text.length(); at++) {
            if (text.charAt(at) < ' ' || text.charAt(at) > '~') {
                return false;
            }
        }
        return true;
    }
}
