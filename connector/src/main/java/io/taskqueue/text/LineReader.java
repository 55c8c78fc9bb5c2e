package io.taskqueue.text;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Splits a stream of bytes into lines, which end with LF, CR LF, CR, or the end of the stream.
 *
 * <p>Holds at most one line and a buffer of 64 KiB: of a line that is longer than the limit nothing is held, and its
 * remaining bytes are skipped by the next call. A read that fails or is interrupted loses nothing: the next call continues. For one
 * thread at a time.
 */
public final class LineReader implements AutoCloseable {

    private static final int BUFFER_BYTES = 1 << 16;

    /** A line, with its number, counted from 1. */
    public sealed interface Line permits Text, TooLong {
        long number();
    }

    /** A line within the limit. */
    public static final class Text implements Line {

        private final long number;
        private final byte[] bytes;

        private Text(long number, byte[] bytes) {
            this.number = number;
            this.bytes = bytes;
        }

        @Override
        public long number() {
            return number;
        }

        /** The line without its end; not copied. */
        public byte[] bytes() {
            return bytes;
        }
    }

    /** A line that is longer than the limit. It is returned as soon as that is known; the line may not end at all. */
    public record TooLong(long number) implements Line {}

    private final InputStream in;
    private final int maxBytes;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private final ByteArrayOutputStream partial = new ByteArrayOutputStream();
    private int at;
    private int end;
    private long number;
    private boolean skipping;
    private boolean afterReturn;

    /** @param maxBytes the longest line, without its end */
    public LineReader(InputStream in, int maxBytes) {
        this.in = in;
        this.maxBytes = maxBytes;
    }

    /** The first bytes of the stream, at most as many, and at most its first line; only before the first line is read. */
    public byte[] head(int bytes) throws IOException {
        while (end < bytes && !hasLineEnd()) {
            int read = in.read(buffer, end, buffer.length - end);
            if (read < 0) {
                break;
            }
            end += read;
        }
        return Arrays.copyOf(buffer, Math.min(bytes, end));
    }

    private boolean hasLineEnd() {
        for (int i = at; i < end; i++) {
            if (buffer[i] == '\n' || buffer[i] == '\r') {
                return true;
            }
        }
        return false;
    }

    /** The next line, or empty at the end of the stream. */
    public Optional<Line> next() throws IOException {
        while (true) {
            Line line = scan();
            if (line != null) {
                return Optional.of(line);
            }
            if (!fill()) {
                return last();
            }
        }
    }

    /** The next line that was read completely with an earlier one; empty if there is none. Reads nothing. */
    public Optional<Line> buffered() {
        return Optional.ofNullable(scan());
    }

    /** The number of the line that {@link #next} returned last; 0 before the first. */
    public long number() {
        return number;
    }

    /** Whether the beginning of the next line was read, but not its end. */
    public boolean hasPartialLine() {
        return partial.size() > 0;
    }

    private boolean fill() throws IOException {
        int read = in.read(buffer, 0, buffer.length);
        at = 0;
        end = Math.max(read, 0);
        return read >= 0;
    }

    /** The next line whose end is in the buffer, or which is too long; null if more must be read. */
    private @Nullable Line scan() {
        while (at < end) {
            if (afterReturn) {
                afterReturn = false;
                if (buffer[at] == '\n') {
                    at++;
                    continue;
                }
            }
            int stop = at;
            while (stop < end && buffer[stop] != '\n' && buffer[stop] != '\r') {
                stop++;
            }
            boolean complete = stop < end;
            afterReturn = complete && buffer[stop] == '\r';
            int from = at;
            if (!skipping && (long) partial.size() + stop - from > maxBytes) {
                at = stop;
                afterReturn = false;
                skipping = true;
                partial.reset();
                return new TooLong(++number);
            }
            at = complete ? stop + 1 : stop;
            if (skipping) {
                skipping = !complete;
            } else {
                partial.write(buffer, from, stop - from);
                if (complete) {
                    return take();
                }
            }
        }
        return null;
    }

    private Optional<Line> last() {
        skipping = false;
        return partial.size() == 0 ? Optional.empty() : Optional.of(take());
    }

    private Line take() {
        byte[] bytes = partial.toByteArray();
        partial.reset();
        return new Text(++number, bytes);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
