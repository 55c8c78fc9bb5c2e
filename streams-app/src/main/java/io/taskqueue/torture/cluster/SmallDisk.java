package io.taskqueue.torture.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A file system of a few megabytes in memory, mounted at a directory, which can be filled. A shell mounts it, waits for its standard
 * input, which also ends with this process, and unmounts it; so no mount remains when this process is killed.
 */
public final class SmallDisk implements AutoCloseable {

    private static final int MEGABYTES = 48;
    private static final String MOUNTED = "mounted";
    private static final String SCRIPT = "mount -t tmpfs -o size=" + MEGABYTES
            + "m taskqueue-torture \"$1\" 2>&1 || exit 1; echo " + MOUNTED + "; read unused; umount -l \"$1\"";

    private final Path directory;
    private final Process shell;

    private SmallDisk(Path directory, Process shell) {
        this.directory = directory;
        this.shell = shell;
    }

    /** @throws IOException if this user may not mount, with the reason as the operating system states it */
    public static SmallDisk mount(Path directory) throws IOException {
        Files.createDirectories(directory);
        Process shell = new ProcessBuilder("sh", "-c", SCRIPT, "mount", directory.toString()).start();
        String answer =
                new BufferedReader(new InputStreamReader(shell.getInputStream(), StandardCharsets.UTF_8)).readLine();
        if (!MOUNTED.equals(answer)) {
            shell.destroy();
            throw new IOException(answer == null ? "mount did not answer" : answer);
        }
        return new SmallDisk(directory, shell);
    }

    /** Fills it: nothing more can be written to it. */
    public void fill() throws IOException {
        byte[] block = new byte[64 * 1024];
        try (OutputStream file = Files.newOutputStream(directory.resolve("filler"))) {
            for (int written = 0; written < MEGABYTES * 1024 * 1024; written += block.length) {
                file.write(block);
            }
        } catch (IOException full) {
            // that is what was wanted
        }
    }

    /** Frees the space that {@link #fill} took. */
    public void free() throws IOException {
        Files.deleteIfExists(directory.resolve("filler"));
    }

    /** Unmounts it; what was stored on it is gone. */
    @Override
    public void close() throws IOException {
        shell.getOutputStream().close();
        try {
            var unusedEnded = shell.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
