package io.taskqueue.benchmarks.broker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The CPU time of a process and of those that it started, from {@code /proc/PID/stat}. That of children that have ended is counted with
 * their parent, once it has waited for them.
 */
final class LinuxProcessTree {

    /** The unit of the kernel's figures: a hundredth of a second on every architecture that runs Java. */
    private static final double TICK_MICROS = 10_000;

    /** The numbers of utime, stime, cutime and cstime, counted from the state, which follows the name in brackets. */
    private static final int FIRST_TIME = 11;

    private static final int TIMES = 4;

    private LinuxProcessTree() {}

    static double cpuMicros(ProcessHandle process) throws IOException {
        double sum = own(process.pid());
        try (Stream<ProcessHandle> started = process.descendants()) {
            for (ProcessHandle child : started.toList()) {
                sum += own(child.pid());
            }
        }
        return sum;
    }

    private static double own(long pid) throws IOException {
        String stat;
        try {
            stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            return 0; // ended meanwhile, so that its parent has its time
        }
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        long ticks = 0;
        for (int i = FIRST_TIME; i < FIRST_TIME + TIMES; i++) {
            ticks += Long.parseLong(fields[i]);
        }
        return ticks * TICK_MICROS;
    }
}
