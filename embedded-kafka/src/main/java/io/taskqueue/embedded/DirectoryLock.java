package io.taskqueue.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The right to use a directory: a lock of the operating system on a file in it, which ends with the process, also when that is killed.
 * The file contains the id of the process that has the lock.
 *
 * <p>Kafka has a lock of its own, but takes it after it has opened its metadata log, which then belongs to two brokers.
 */
final class DirectoryLock implements AutoCloseable {

    private static final String FILE = "broker.lock";

    private final FileChannel file;

    private DirectoryLock(FileChannel file) {
        this.file = file;
    }

    /** @throws IOException if another broker uses the directory */
    static DirectoryLock acquire(Path directory) throws IOException {
        Path path = directory.resolve(FILE);
        FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (tryLock(file) == null) {
                throw new IOException("The directory " + directory + " is in use by another broker" + owner(path)
                        + ". Stop that broker, or choose another directory.");
            }
            file.truncate(0);
            file.write(ByteBuffer.wrap(
                    String.valueOf(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
            return new DirectoryLock(file);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // a broker of this process has it
        }
    }

    private static String owner(Path path) throws IOException {
        String process = Files.readString(path, StandardCharsets.US_ASCII).strip();
        return process.isEmpty() ? "" : ", process " + process;
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The lock on the broker's directory cannot be released: " + e.getMessage(), e);
        }
    }
}
