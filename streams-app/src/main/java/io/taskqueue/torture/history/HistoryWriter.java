package io.taskqueue.torture.history;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Appends entries to a new file, one line each.
 *
 * <p>When {@link #write} returns, the entry survives the end of the process, a kill -9 too: it is in the operating system's memory, not in
 * the process's. It does not survive the end of the machine. A process that is killed inside of a write leaves part of the last line.
 *
 * <p>Thread-safe. An interrupted thread writes like any other.
 */
public final class HistoryWriter<E extends HistoryEntry> implements AutoCloseable {

    private final Path file;
    private final HistoryJson<E> json;
    private final FileOutputStream out;

    private HistoryWriter(Path file, HistoryJson<E> json, FileOutputStream out) {
        this.file = file;
        this.json = json;
        this.out = out;
    }

    /** Creates a file, with its directories. */
    static <E extends HistoryEntry> HistoryWriter<E> create(Path file, Class<E> kind) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.createFile(file);
            return new HistoryWriter<>(file, new HistoryJson<>(kind), new FileOutputStream(file.toFile()));
        } catch (FileAlreadyExistsException e) {
            throw new HistoryFileException(
                    "The history file " + file
                            + " exists: another process has written it. Give each process that starts"
                            + " a name of its own.",
                    e);
        } catch (IOException e) {
            throw new HistoryFileException(
                    "The history file " + file + " cannot be created: " + e + ". Use a directory that can be written.",
                    e);
        }
    }

    /** Appends an entry. */
    public synchronized void write(E entry) {
        try {
            out.write(json.line(entry));
        } catch (IOException e) {
            throw new HistoryFileException(
                    "An entry cannot be appended to the history file " + file + ": " + e
                            + ". Keep the run's directory on a volume with enough space, which no fault fills.",
                    e);
        }
    }

    @Override
    public synchronized void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw new HistoryFileException("The history file " + file + " cannot be closed: " + e + ".", e);
        }
    }
}
