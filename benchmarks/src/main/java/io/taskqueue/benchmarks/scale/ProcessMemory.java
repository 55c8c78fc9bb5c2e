package io.taskqueue.benchmarks.scale;

import java.lang.management.ManagementFactory;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * The memory of this JVM, which must be started with {@code -XX:NativeMemoryTracking=summary}.
 *
 * @param heap in use after a collection, in bytes
 * @param other committed by the JVM outside of its heap: threads, classes, code, buffers, in bytes
 */
record ProcessMemory(long heap, long other) {

    private static final Pattern TOTAL = Pattern.compile("Total: reserved=\\d+KB, committed=(\\d+)KB");
    private static final Pattern HEAP = Pattern.compile("Java Heap \\(reserved=\\d+KB, committed=(\\d+)KB\\)");
    private static final int COLLECTIONS = 3;

    static ProcessMemory afterCollection() throws JMException {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc(); // what a first one makes reachable to finalization, a later one frees
        }
        String report = (String) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "vmNativeMemory",
                        new Object[] {new String[] {"summary", "scale=KB"}},
                        new String[] {String[].class.getName()});
        return new ProcessMemory(
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
                (kilobytes(TOTAL, report) - kilobytes(HEAP, report)) * 1024);
    }

    private static long kilobytes(Pattern line, String report) {
        Matcher found = line.matcher(report);
        if (!found.find()) {
            throw new IllegalStateException("The JVM does not report its native memory: " + report);
        }
        return Long.parseLong(found.group(1));
    }
}
