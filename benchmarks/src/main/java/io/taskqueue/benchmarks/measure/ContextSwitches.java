package io.taskqueue.benchmarks.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The context switches of the threads that this process has now, since each was started; from {@code /proc}, so on Linux only,
 * where threads that have ended are no longer counted.
 */
public record ContextSwitches(long voluntary, long involuntary) {

    private static final Path TASKS = Path.of("/proc/self/task");
    private static final ContextSwitches UNKNOWN = new ContextSwitches(0, 0);

    /** The switches so far; zero on a system without {@code /proc}. */
    public static ContextSwitches now() {
        if (!Files.isDirectory(TASKS)) {
            return UNKNOWN;
        }
        try (Stream<Path> threads = Files.list(TASKS)) {
            return threads.map(thread -> of(thread.resolve("status"))).reduce(UNKNOWN, ContextSwitches::plus);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ContextSwitches of(Path status) {
        long voluntary = 0;
        long involuntary = 0;
        try {
            for (String line : Files.readAllLines(status)) {
                if (line.startsWith("voluntary_ctxt_switches:")) {
                    voluntary = number(line);
                } else if (line.startsWith("nonvoluntary_ctxt_switches:")) {
                    involuntary = number(line);
                }
            }
            return new ContextSwitches(voluntary, involuntary);
        } catch (NoSuchFileException e) {
            return UNKNOWN; // the thread has ended
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long number(String line) {
        return Long.parseLong(line.substring(line.indexOf(':') + 1).strip());
    }

    private ContextSwitches plus(ContextSwitches other) {
        return new ContextSwitches(voluntary + other.voluntary, involuntary + other.involuntary);
    }

    /** The switches since an earlier reading. */
    public ContextSwitches since(ContextSwitches earlier) {
        return new ContextSwitches(voluntary - earlier.voluntary, involuntary - earlier.involuntary);
    }

    public long total() {
        return voluntary + involuntary;
    }
}
