package io.taskqueue.cli;

import io.taskqueue.cli.shared.ExitCode;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import org.jspecify.annotations.Nullable;

/**
 * Where a command prints its result. Unlike {@link System#out} it keeps the error of a write that failed, so that a result that could
 * not be printed is not a success.
 */
final class StandardOutput extends OutputStream {

    private final OutputStream out;
    private @Nullable IOException failure;

    StandardOutput(OutputStream out) {
        this.out = out;
    }

    static StandardOutput open() {
        return new StandardOutput(new FileOutputStream(FileDescriptor.out));
    }

    /** A writer in the encoding of the terminal. */
    PrintWriter writer() {
        String encoding = System.getProperty(
                "sun.stdout.encoding", Charset.defaultCharset().name());
        return new PrintWriter(new OutputStreamWriter(this, Charset.forName(encoding)), true);
    }

    /**
     * Reports a write that failed. That a reader has closed a pipe, as {@code head} does, is not reported.
     *
     * @return the exit code of the process
     */
    int finish(int exitCode, PrintStream err) {
        if (failure == null) {
            return exitCode;
        }
        if (String.valueOf(failure.getMessage()).contains("Broken pipe")) {
            return exitCode == ExitCode.OK ? ExitCode.BROKEN_PIPE : exitCode;
        }
        err.println("taskqueue: The result could not be written to standard output: " + failure.getMessage()
                + ". Make room, or write it elsewhere, and run the command again.");
        return exitCode == ExitCode.OK ? ExitCode.FAILED : exitCode;
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            failure = failure == null ? e : failure;
            throw e;
        }
    }
}
