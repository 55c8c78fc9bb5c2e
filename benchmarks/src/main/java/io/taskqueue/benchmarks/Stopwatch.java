package io.taskqueue.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/** Time from its making on, and the CPU time of this process; the one place of this module that reads a clock. */
final class Stopwatch {

    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    private final long started = System.nanoTime();
    private final long cpuStarted = SYSTEM.getProcessCpuTime();

    /**
     * How fast something went.
     *
     * @param count how many there were
     * @param perSecond how many a second
     * @param cpuMicros CPU time of this process for each, in microseconds: what a busy machine does not change much
     */
    record Rate(long count, double perSecond, double cpuMicros) {}

    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - started);
    }

    /** How fast it was, if there were so many of them. */
    Rate rate(long count) {
        double seconds = elapsed().toNanos() / 1e9;
        return new Rate(count, count / seconds, (SYSTEM.getProcessCpuTime() - cpuStarted) / 1e3 / count);
    }

    /** Lets so much time pass. */
    static void pause(Duration time) throws InterruptedException {
        Thread.sleep(time.toMillis());
    }
}
