package io.taskqueue.cli.dispatch;

import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The key of the task of a line. It travels with the task's events, so that a later run finds where its input continues:
 *
 * <pre>
 *   mirror-tasks.ndjson:17:9f86d081:3c2a1b70
 *   input               line  |       checksum of lines 1 to 17
 *                             checksum of line 1
 * </pre>
 *
 * <p>A checksum is the CRC-32C of the lines, each followed by a line feed.
 *
 * @param input the name of the file without its directory, or {@value #STANDARD_INPUT}
 * @param line the number of the line, counted from 1
 * @param first the checksum of the first line of the input
 * @param upTo the checksum of all lines up to this one
 */
record LineKey(String input, long line, int first, int upTo) {

    /** The name of standard input; a file name may be the same, which the checksums tell apart. */
    static final String STANDARD_INPUT = "standard input";

    private static final Pattern FORMAT =
            Pattern.compile("(.+):([1-9][0-9]{0,17}):([0-9a-f]{8}):([0-9a-f]{8})", Pattern.DOTALL);

    /** The key in a text; empty if it is none, because another program enqueued the task. */
    static Optional<LineKey> parse(@Nullable String key) {
        if (key == null) {
            return Optional.empty();
        }
        Matcher parts = FORMAT.matcher(key);
        return parts.matches()
                ? Optional.of(new LineKey(
                        parts.group(1),
                        Long.parseLong(parts.group(2)),
                        HexFormat.fromHexDigits(parts.group(3)),
                        HexFormat.fromHexDigits(parts.group(4))))
                : Optional.empty();
    }

    /** The key as a text, as {@link #parse} reads it. */
    String text() {
        HexFormat hex = HexFormat.of();
        return input + ":" + line + ":" + hex.toHexDigits(first) + ":" + hex.toHexDigits(upTo);
    }
}
