package io.taskqueue.cli.dispatch;

import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where tasks are read from.
 *
 * @param stream its bytes, decompressed if it is a file of gzip data
 * @param name how the user named it
 * @param pipe whether it cannot be read again: standard input, or a named pipe
 */
record TaskInput(InputStream stream, String name, boolean pipe) {

    private static final String SAMPLE = "/mirror-tasks.ndjson";
    private static final String STANDARD_INPUT = "-";

    static boolean isStandardInput(@Nullable String file) {
        return STANDARD_INPUT.equals(file);
    }

    /** Opens a file, standard input ({@code -}), or the sample of the demo (null). */
    static TaskInput open(@Nullable String file) throws IOException {
        if (file == null) {
            return sample();
        }
        if (isStandardInput(file)) {
            // a channel, because an interruption ends a read of a channel, and no read of System.in
            InputStream stream = Channels.newInputStream(new FileInputStream(FileDescriptor.in).getChannel());
            return new TaskInput(stream, LineKey.STANDARD_INPUT, true);
        }
        return openFile(Path.of(file));
    }

    private static TaskInput sample() {
        InputStream sample = TaskInput.class.getResourceAsStream(SAMPLE);
        if (sample == null) {
            throw new CommandFailedException(
                    ExitCode.FAILED, "The sample tasks " + SAMPLE + " are missing from the jar. Rebuild it.");
        }
        return new TaskInput(sample, "the sample", false);
    }

    private static TaskInput openFile(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException("it is a directory");
        }
        if (!Files.isRegularFile(file)) {
            return new TaskInput(Files.newInputStream(file), file.toString(), true);
        }
        boolean gzip = isGzip(file);
        InputStream in = Files.newInputStream(file);
        boolean opened = false;
        try {
            InputStream stream = gzip ? new GzipInput(in) : in;
            opened = true;
            return new TaskInput(stream, file.toString(), false);
        } finally {
            if (!opened) {
                in.close();
            }
        }
    }

    private static boolean isGzip(Path file) throws IOException {
        if (file.toString().endsWith(".gz")) {
            return true;
        }
        try (InputStream in = Files.newInputStream(file)) {
            return in.read() == 0x1F && in.read() == 0x8B;
        }
    }

    /** The failure of an input that cannot be opened, or at its beginning not be read. */
    static CommandFailedException unreadable(@Nullable String file, IOException cause) {
        String reason;
        if (cause instanceof NoSuchFileException) {
            reason = " does not exist. Pass a file of JSON lines, or - for standard input.";
        } else if (cause instanceof EOFException) {
            reason = " cannot be read: it begins as gzip data and ends within their header. Pass a complete file.";
        } else {
            reason = " cannot be read: " + cause.getMessage() + ". Pass a file of JSON lines, or - for standard input.";
        }
        return new CommandFailedException(ExitCode.USAGE, "The file of tasks " + file + reason, cause);
    }

    /** The name without a directory, so that a file may be moved, for the keys of its tasks. */
    String keyName() {
        Path file = Path.of(name).getFileName();
        String last = file == null ? name : file.toString();
        // a name may be no valid text, and a key must be
        return new String(last.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }
}
