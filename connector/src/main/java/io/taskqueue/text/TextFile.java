package io.taskqueue.text;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** A small text file of a user: properties, a password, a statement. Stateless. */
public final class TextFile {

    /** The size of the largest file that is read. */
    public static final int MAX_BYTES = 1024 * 1024;

    private TextFile() {}

    /**
     * Reads a file as UTF-8, without a byte order mark.
     *
     * @throws IOException if it cannot be read, is larger than {@value #MAX_BYTES} bytes, or is not UTF-8; the message states the
     *     reason and the remedy as a clause, without the name of the file
     */
    public static String read(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException("it is a directory");
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        } catch (NoSuchFileException e) {
            throw new IOException("it does not exist", e);
        } catch (AccessDeniedException e) {
            throw new IOException("this user may not read it", e);
        }
        if (bytes.length > MAX_BYTES) {
            requireText(bytes);
            throw new IOException(String.format(Locale.ROOT, "it has more than %,d bytes", MAX_BYTES));
        }
        return decode(bytes);
    }

    /**
     * The text of a file that was read, as {@link #read} returns it.
     *
     * @throws IOException if it is not UTF-8; the message states the reason as a clause
     */
    public static String decode(byte[] bytes) throws IOException {
        requireText(bytes);
        return TextEncoding.decode(bytes);
    }

    private static void requireText(byte[] bytes) throws IOException {
        Optional<String> foreign =
                TextEncoding.foreign(Arrays.copyOf(bytes, Math.min(bytes.length, TextEncoding.HEAD_BYTES)));
        if (foreign.isPresent()) {
            throw new IOException("it contains " + foreign.get());
        }
    }
}
