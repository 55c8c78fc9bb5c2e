package io.taskqueue.benchmarks.scale;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The CPU time of this JVM's compilers, from {@code /proc/self/task}; on Linux only. */
final class CompilerThreads {

    private static final Path TASKS = Path.of("/proc/self/task");

    /** The unit of the kernel's figures: a hundredth of a second on every architecture that runs Java. */
    private static final double TICK_MICROS = 10_000;

    private static final int USER_TIME = 11; // counted from the state, which follows the name in brackets

    private CompilerThreads() {}

    static double cpuMicros() throws IOException {
        long ticks = 0;
        try (Stream<Path> threads = Files.list(TASKS)) {
            for (Path thread : threads.toList()) {
                ticks += ticks(thread);
            }
        }
        return ticks * TICK_MICROS;
    }

    private static long ticks(Path thread) throws IOException {
        String stat;
        try {
            stat = Files.readString(thread.resolve("stat"), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            return 0; // ended meanwhile
        }
        int end = stat.lastIndexOf(')');
        String name = stat.substring(stat.indexOf('(') + 1, end);
        if (!name.matches("C[12] Compiler.*")) {
            return 0;
        }
        String[] fields = stat.substring(end + 2).split(" ", -1);
        return Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[USER_TIME + 1]);
    }
}
