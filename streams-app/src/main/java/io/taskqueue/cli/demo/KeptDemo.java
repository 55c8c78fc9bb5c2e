package io.taskqueue.cli.demo;

import io.micrometer.core.instrument.MeterRegistry;
import io.taskqueue.cli.console.ConsoleCommand;
import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.ShutdownSignal;
import io.taskqueue.console.Console;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What a demo that is kept has to look at: the console, and traffic that continues after the checks. */
final class KeptDemo implements AutoCloseable {

    private static final String LOOPBACK = "127.0.0.1";
    private static final Duration CHECK_INTERVAL = Duration.ofMillis(200);

    private final Map<String, Object> kafka;
    private final Path directory;
    private final int partitions;
    private final MeterRegistry meters;
    private final Console console;

    private KeptDemo(Map<String, Object> kafka, Path directory, int partitions, MeterRegistry meters, Console console) {
        this.kafka = kafka;
        this.directory = directory;
        this.partitions = partitions;
        this.meters = meters;
        this.console = console;
    }

    /**
     * Starts the console, which shows payloads and accepts decisions: all of it is of this demo.
     *
     * @param partitions of the event topic
     * @throws CommandFailedException if the port cannot be bound
     */
    static KeptDemo start(String bootstrapServers, Path directory, int partitions, MeterRegistry meters, int port) {
        Map<String, Object> kafka = Map.of("bootstrap.servers", bootstrapServers);
        try {
            Console console = Console.builder(kafka, directory.resolve("console"))
                    .port(port)
                    .allowWrites(true)
                    .showPayloads(true)
                    .metrics(meters)
                    .start();
            return new KeptDemo(kafka, directory, partitions, meters, console);
        } catch (IllegalStateException e) {
            throw new CommandFailedException(ExitCode.FAILED, String.valueOf(e.getMessage()), e);
        }
    }

    String url() {
        return ConsoleCommand.url(LOOPBACK, console.port());
    }

    /** Starts the traffic, reports that, and keeps it until the signal; then stops it, and the console at the same time. */
    void continueWithTraffic(ShutdownSignal shutdown, Runnable started) throws InterruptedException {
        Traffic traffic = Traffic.start(kafka, partitions, directory, meters);
        try {
            started.run();
            while (!shutdown.await(CHECK_INTERVAL)) {
                traffic.requireRunning();
            }
        } finally {
            ConcurrentClose.all(List.of(traffic, console));
        }
    }

    /** Stops the console, unless that is done. */
    @Override
    public void close() {
        console.close();
    }
}
