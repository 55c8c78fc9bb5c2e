package io.taskqueue.benchmarks.broker;

import io.taskqueue.embedded.BrokerMain;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The broker, in a JVM of its own, so that it does not share heap, garbage collector and compiler with what is measured. */
public final class BrokerProcess implements AutoCloseable {

    /** The heap of the broker's JVM. */
    public static final String HEAP = "1g";

    private static final String READY = "READY ";

    private final Process process;
    private final String bootstrapServers;

    private BrokerProcess(Process process, String bootstrapServers) {
        this.process = process;
        this.bootstrapServers = bootstrapServers;
    }

    /** Starts a broker and returns when it is ready. */
    public static BrokerProcess start(Path directory) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xms" + HEAP,
                        "-Xmx" + HEAP,
                        "-Dlogback.configurationFile=benchmarks-logback.xml",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BrokerMain.class.getName(),
                        directory.toString(),
                        "0",
                        // with a shorter timeout, the controller of a busy machine may consider the broker unavailable,
                        // and that is not to be measured
                        "broker.session.timeout.ms=30000")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "broker-end"));
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith(READY)) {
                discardOutput(process);
                return new BrokerProcess(process, line.substring(READY.length()));
            }
        }
        throw new IOException("The broker's process ended before it was ready. Its output is above.");
    }

    private static void discardOutput(Process process) {
        Thread drain = new Thread(
                () -> {
                    try {
                        process.getInputStream().transferTo(OutputStream.nullOutputStream());
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                "broker-output");
        drain.setDaemon(true);
        // reading fails when the process is destroyed
        drain.setUncaughtExceptionHandler((thread, e) -> {});
        drain.start();
    }

    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** The CPU time that the broker has used, in microseconds. */
    public double cpuMicros() {
        return process.info()
                        .totalCpuDuration()
                        .orElseThrow(() -> new IllegalStateException("The broker's process has ended."))
                        .toNanos()
                / 1e3;
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
