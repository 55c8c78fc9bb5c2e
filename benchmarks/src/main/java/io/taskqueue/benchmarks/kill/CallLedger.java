package io.taskqueue.benchmarks.kill;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The calls of an effect, in a file, so that what a process has written before it is killed is kept. Thread-safe, and several
 * processes may write.
 *
 * <pre>
 *   sequence 4 | sequence 4 | ...
 * </pre>
 */
public final class CallLedger implements AutoCloseable {

    private final Path file;
    private final FileChannel channel;

    private CallLedger(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    public static CallLedger open(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        return new CallLedger(file, FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
    }

    /** Adds the start of a call for the event with a sequence. */
    public void add(int event) {
        try {
            int written = channel.write(
                    ByteBuffer.allocate(Integer.BYTES).putInt(event).flip());
            if (written != Integer.BYTES) {
                throw new IOException("Only " + written + " of " + Integer.BYTES + " bytes were written.");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The ledger " + file + " cannot be written.", e);
        }
    }

    public int calls() throws IOException {
        return (int) (channel.size() / Integer.BYTES);
    }

    /** The number of calls for each event, by sequence. */
    public int[] byEvent(int events) throws IOException {
        int[] calls = new int[events + 1];
        ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(file));
        while (all.remaining() >= Integer.BYTES) {
            calls[all.getInt()]++;
        }
        return calls;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
