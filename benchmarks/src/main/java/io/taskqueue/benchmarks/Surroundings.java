package io.taskqueue.benchmarks;

import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.LocalDate;
import java.util.Locale;
import org.apache.kafka.common.utils.AppInfoParser;

/** Where and with what was measured. */
final class Surroundings {

    private Surroundings() {}

    static String describe() {
        return String.format(
                Locale.ROOT,
                "%s; Kafka %s; Java %s; %s %s, %d cores, load %.1f; heap %d MB here, %s at the broker, which shares the cores.",
                LocalDate.now(Clock.systemUTC()),
                AppInfoParser.getVersion(),
                System.getProperty("java.version"),
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                Runtime.getRuntime().availableProcessors(),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                Runtime.getRuntime().maxMemory() / (1024 * 1024),
                ChildBroker.HEAP);
    }
}
