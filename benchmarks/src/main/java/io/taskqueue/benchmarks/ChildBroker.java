package io.taskqueue.benchmarks;

import io.taskqueue.embedded.BrokerMain;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A broker in a JVM of its own, so that its heap, its collector and its compiler are not those of what is measured. */
final class ChildBroker implements AutoCloseable {

    static final String HEAP = "1g";

    private static final String READY = "READY ";

    private final Process process;
    private final String bootstrapServers;

    private ChildBroker(Process process, String bootstrapServers) {
        this.process = process;
        this.bootstrapServers = bootstrapServers;
    }

    static ChildBroker start(Path directory) throws IOException {
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
                        // or a busy machine makes the controller take the broker for dead, which is not what is
                        // measured
                        "broker.session.timeout.ms=30000")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "broker-end"));
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith(READY)) {
                discardOutput(process);
                return new ChildBroker(process, line.substring(READY.length()));
            }
        }
        throw new IOException("The broker's process ended before it was ready; what it said is above.");
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
        drain.setUncaughtExceptionHandler((thread, closed) -> {});
        drain.start();
    }

    String bootstrapServers() {
        return bootstrapServers;
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
