package io.taskqueue.cli.dispatch;

import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.Output;
import io.taskqueue.text.LineReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The lines of an input with their keys, and the place where an input continues that was dispatched in part. For one thread at a time.
 *
 * <p>Whether the input is the one that was dispatched is decided by the checksums in the key of its last task, not by its name: a file
 * may have been renamed, and another one may have its name now.
 */
final class InputLines implements AutoCloseable {

    /** In the place of a line that is too long to be held; no byte of UTF-8. */
    private static final int TOO_LONG = 0xFF;

    private final LineReader lines;
    private final String name;
    private final CRC32C checksum = new CRC32C();
    private int firstChecksum;
    private LineReader.@Nullable Line returnedLine;

    /**
     * Reads a stream.
     *
     * @param name the name of the input, for the keys of its lines
     */
    InputLines(InputStream in, String name, int maxLineBytes) {
        this.lines = new LineReader(in, maxLineBytes);
        this.name = name;
    }

    /** The first bytes of the input, before its first line is read. */
    byte[] head(int bytes) throws IOException {
        return lines.head(bytes);
    }

    /** The next line, or empty at the end. */
    Optional<LineReader.Line> next() throws IOException {
        LineReader.Line returned = returnedLine;
        if (returned != null) {
            returnedLine = null;
            return Optional.of(returned);
        }
        Optional<LineReader.Line> line = lines.next();
        line.ifPresent(this::add);
        return line;
    }

    /** The next line that was read together with an earlier one; empty if there is none. Reads nothing. */
    Optional<LineReader.Line> buffered() throws IOException {
        if (returnedLine != null) {
            return next();
        }
        Optional<LineReader.Line> line = lines.buffered();
        line.ifPresent(this::add);
        return line;
    }

    private void add(LineReader.Line line) {
        if (line instanceof LineReader.Text text) {
            checksum.update(text.bytes());
        } else {
            checksum.update(TOO_LONG);
        }
        checksum.update('\n');
        if (line.number() == 1) {
            firstChecksum = (int) checksum.getValue();
        }
    }

    /** The key of the line that was returned last. */
    LineKey key() {
        return new LineKey(name, lines.number(), firstChecksum, (int) checksum.getValue());
    }

    /** The number of the line that was returned last; 0 before the first. */
    long number() {
        return returnedLine == null ? lines.number() : lines.number() - 1;
    }

    boolean hasPartialLine() {
        return lines.hasPartialLine();
    }

    /**
     * Skips the lines up to the last one whose task is on the topic, if the input is the one that was dispatched. May be called
     * again when a later task has been found.
     *
     * @param last the key of that task
     * @return whether it is; otherwise it is another input, and nothing of it is skipped
     * @throws CommandFailedException if it has the same name or the same first line, and is not the same up to that line
     */
    boolean continueBehind(LineKey last) throws IOException {
        while (number() < last.line()) {
            Optional<LineReader.Line> line = next();
            if (line.isEmpty()) {
                if (number() == 0 && !name.equals(last.input())) {
                    return false;
                }
                throw refused(
                        last,
                        String.format("it has %,d lines only", number()),
                        "Restore its lines, or pass --from-line 1 to read all of it");
            }
            if (line.get().number() == 1 && firstChecksum != last.first()) {
                returnedLine = line.get();
                if (!name.equals(last.input())) {
                    return false;
                }
                throw changed(last);
            }
        }
        if (key().upTo() != last.upTo()) {
            throw changed(last);
        }
        return true;
    }

    private CommandFailedException changed(LineKey last) {
        return refused(
                last,
                "its lines up to that one are not the same",
                "Restore its lines, or pass the first line to read: --from-line " + (last.line() + 1)
                        + " continues behind that line, --from-line 1 reads all of it");
    }

    private CommandFailedException refused(LineKey last, String found, String remedy) {
        return new CommandFailedException(
                ExitCode.REFUSED,
                String.format(
                        "The last task on the topic is of line %d of input %s, but input %s cannot be continued there: %s. %s.",
                        last.line(), Output.escape(last.input()), Output.escape(name), found, remedy));
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
