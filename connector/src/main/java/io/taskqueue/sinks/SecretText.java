package io.taskqueue.sinks;

import io.taskqueue.text.TextFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A text that may be secret: given directly, or read from a file or an environment variable each time it is needed, so that a file
 * that is replaced takes effect with the next request. It is never printed: {@link #toString} states where it comes from. Immutable.
 */
public final class SecretText {

    /** The size of a file, in bytes, that is read. */
    static final int MAX_BYTES = 64 * 1024;

    @FunctionalInterface
    private interface Source {
        String read() throws IOException;
    }

    private final Source source;
    private final String origin;

    private SecretText(Source source, String origin) {
        this.source = source;
        this.origin = origin;
    }

    /** The text itself. */
    public static SecretText of(String text) {
        return new SecretText(() -> text, "(hidden)");
    }

    /** The content of a UTF-8 file of at most 64 KiB, without surrounding white space. */
    public static SecretText ofFile(Path file) {
        return new SecretText(() -> content(file), "the content of file " + file);
    }

    /** The value of an environment variable. */
    public static SecretText ofEnvironment(String variable) {
        return new SecretText(() -> value(variable), "the value of environment variable " + variable);
    }

    /**
     * The text now.
     *
     * @throws IOException if it cannot be read, or is empty; the message names the file or variable
     */
    String read() throws IOException {
        return source.read();
    }

    private static String content(Path file) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        } catch (IOException e) {
            throw new IOException(
                    "The file " + file + " cannot be read (" + e.getClass().getSimpleName()
                            + "). Check that it exists and that this process may read it.",
                    e);
        }
        if (bytes.length > MAX_BYTES) {
            throw new IOException("The file " + file + " has more than " + MAX_BYTES
                    + " bytes. Name the file that contains the value only.");
        }
        String text;
        try {
            text = TextFile.decode(bytes).strip();
        } catch (IOException e) {
            throw new IOException("The file " + file + " cannot be used: " + e.getMessage() + ". Write UTF-8.", e);
        }
        if (text.isEmpty()) {
            throw new IOException("The file " + file + " is empty. Write the value into it.");
        }
        return text;
    }

    private static String value(String variable) throws IOException {
        String text = System.getenv(variable);
        if (text == null || text.isBlank()) {
            throw new IOException("The environment variable " + variable + " is not set. Set it for this process.");
        }
        return text.strip();
    }

    /** Where the text comes from; never the text. */
    @Override
    public String toString() {
        return origin;
    }
}
