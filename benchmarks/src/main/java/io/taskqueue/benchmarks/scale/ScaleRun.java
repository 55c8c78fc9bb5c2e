package io.taskqueue.benchmarks.scale;

import io.taskqueue.benchmarks.measure.Compression;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * What a process with a number of queues cost.
 *
 * @param threads of the process while its queues were idle
 * @param startMillis how long the start of a queue took
 * @param heap in use after a collection, in bytes
 * @param other committed outside of the heap, in bytes
 * @param idleShare of a core, while nothing was done
 * @param compilerShare what the JVM's compilers have of {@code idleShare}
 * @param perSecond events a second while all queues were busy
 * @param cpuMicros CPU of this process an event then
 * @param confirmed the median time from an enqueue to its confirmation, one task at a time, in milliseconds
 * @param confirmedP99 what 99 % of these times do not exceed
 */
public record ScaleRun(
        int threads,
        double startMillis,
        long heap,
        long other,
        double idleShare,
        double compilerShare,
        double perSecond,
        double cpuMicros,
        double confirmed,
        double confirmedP99) {

    /** The heap of the process; also that of one with a single queue, so that both collect alike. */
    private static final String HEAP = "2g";

    /** Runs a process. */
    public static ScaleRun measure(
            String bootstrapServers, String topic, int queues, Compression compression, ScaleOptions options)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xms" + HEAP,
                        "-Xmx" + HEAP,
                        "-XX:NativeMemoryTracking=summary",
                        "-Dlogback.configurationFile=benchmarks-logback.xml",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ScaledSources.class.getName(),
                        bootstrapServers,
                        topic,
                        String.valueOf(queues),
                        String.valueOf(options.tasks()),
                        String.valueOf(options.idleSeconds()),
                        String.valueOf(options.bufferMegabytes()),
                        compression.text()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "sources-end"));
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith(ScaledSources.MEASURED)) {
                    process.waitFor();
                    return parse(line.substring(ScaledSources.MEASURED.length()).split(" ", -1));
                }
            }
        } finally {
            process.destroyForcibly();
        }
        throw new IOException("The process with " + queues + " queues ended without a result. Its output is above.");
    }

    /** Of a core, while nothing was done, without the compilers: a process that is idle for hours does not compile. */
    public double idleShareWithoutCompilers() {
        return Math.max(0, idleShare - compilerShare);
    }

    private static ScaleRun parse(String[] figures) {
        return new ScaleRun(
                Integer.parseInt(figures[0]),
                Double.parseDouble(figures[1]),
                Long.parseLong(figures[2]),
                Long.parseLong(figures[3]),
                Double.parseDouble(figures[4]),
                Double.parseDouble(figures[5]),
                Double.parseDouble(figures[6]),
                Double.parseDouble(figures[7]),
                Double.parseDouble(figures[8]),
                Double.parseDouble(figures[9]));
    }
}
