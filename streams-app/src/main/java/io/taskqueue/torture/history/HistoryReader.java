package io.taskqueue.torture.history;

import io.taskqueue.text.LineReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reads the entries of a file in order, one at a time.
 *
 * <p>A last line that is not a whole entry is ignored: its writer was killed inside of a write. Any other such line is an error. Holds one
 * entry at a time. Thread-safe.
 */
final class HistoryReader<E extends HistoryEntry> {

    /** The longest line, in bytes. */
    static final int MAX_LINE_BYTES = 16 * 1024 * 1024;

    private final HistoryJson<E> json;

    HistoryReader(Class<E> kind) {
        this.json = new HistoryJson<>(kind);
    }

    void read(Path file, Consumer<? super E> reader) {
        try (LineReader lines = new LineReader(Files.newInputStream(file), MAX_LINE_BYTES)) {
            Optional<LineReader.Line> line = lines.next();
            while (line.isPresent()) {
                Optional<LineReader.Line> following = lines.next();
                Optional<E> entry = entry(file, line.get(), following.isEmpty());
                entry.ifPresent(reader);
                line = following;
            }
        } catch (IOException e) {
            throw new HistoryFileException(
                    "The history file " + file + " cannot be read: " + e + ". Check its permissions and the volume.",
                    e);
        }
    }

    private Optional<E> entry(Path file, LineReader.Line line, boolean last) {
        if (!(line instanceof LineReader.Text text)) {
            throw damaged(file, line, "it has more than " + MAX_LINE_BYTES + " bytes", null);
        }
        try {
            return Optional.of(json.entry(text.bytes()));
        } catch (IOException e) {
            if (last) {
                return Optional.empty();
            }
            throw damaged(file, line, String.valueOf(e.getMessage()), e);
        }
    }

    private static HistoryFileException damaged(
            Path file, LineReader.Line line, String reason, @org.jspecify.annotations.Nullable Exception cause) {
        String message = "Line " + line.number() + " of the history file " + file + " is not a whole entry: " + reason
                + ". Only the last line of a file may be damaged, by the end of its process; this history was changed.";
        return cause == null ? new HistoryFileException(message) : new HistoryFileException(message, cause);
    }
}
