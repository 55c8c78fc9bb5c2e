package io.taskqueue.benchmarks.measure;

import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.LocalDate;
import java.util.Locale;
import org.apache.kafka.common.utils.AppInfoParser;

/** When, where and with which versions the figures were taken. */
public final class MachineDescription {

    private MachineDescription() {}

    /** @param brokerHeap the heap of the broker's JVM */
    public static String describe(String brokerHeap) {
        return String.format(
                Locale.ROOT,
                "%s; Kafka %s; Java %s; %s %s, %d cores, load %.1f; heap %d MB here and %s in the broker, which shares the"
                        + " cores.",
                LocalDate.now(Clock.systemUTC()),
                AppInfoParser.getVersion(),
                System.getProperty("java.version"),
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                Runtime.getRuntime().availableProcessors(),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                Runtime.getRuntime().maxMemory() / (1024 * 1024),
                brokerHeap);
    }
}
