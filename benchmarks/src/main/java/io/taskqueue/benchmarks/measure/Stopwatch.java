package io.taskqueue.benchmarks.measure;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/** The time, and the CPU time of this process, since the stopwatch was created. The only class here that reads a clock. */
public final class Stopwatch {

    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    private final long started = System.nanoTime();
    private final long cpuStarted = SYSTEM.getProcessCpuTime();

    /**
     * The speed of a round.
     *
     * @param count the number of events or calls
     * @param perSecond the number per second
     * @param cpuMicros CPU time of this process per event or call, in microseconds; depends less on other load than the speed
     */
    public record Rate(long count, double perSecond, double cpuMicros) {}

    public Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - started);
    }

    /** The speed, given the number of events or calls since the stopwatch was created. */
    public Rate rate(long count) {
        double seconds = elapsed().toNanos() / 1e9;
        return new Rate(count, count / seconds, (SYSTEM.getProcessCpuTime() - cpuStarted) / 1e3 / count);
    }

    /** Sleeps for a duration. */
    public static void pause(Duration time) throws InterruptedException {
        Thread.sleep(time.toMillis());
    }
}
