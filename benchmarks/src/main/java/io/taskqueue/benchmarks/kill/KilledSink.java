package io.taskqueue.benchmarks.kill;

import io.taskqueue.benchmarks.broker.BenchmarkCluster;
import io.taskqueue.benchmarks.effects.SinkRun;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** A sink service in a process of its own, which runs until it is killed. */
public final class KilledSink {

    private KilledSink() {}

    public static void main(String[] arguments) throws InterruptedException, IOException {
        String bootstrapServers = arguments[0];
        String name = arguments[1];
        String topic = arguments[2];
        Path states = Path.of(arguments[3]);
        CallLedger ledger = CallLedger.open(Path.of(arguments[4]));
        Duration commitInterval = Duration.parse(arguments[5]);
        try (BenchmarkCluster cluster = new BenchmarkCluster(bootstrapServers)) {
            var unused = new SinkRun(cluster, states)
                    .builder(name, topic, KillRun.calling(ledger, event -> {}), commitInterval)
                    .start();
            new CountDownLatch(1).await();
        }
    }

    /** Starts the process, which the caller must kill. */
    static Process start(
            String bootstrapServers, String name, String topic, Path states, Path ledger, Duration commitInterval)
            throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xms256m",
                        "-Xmx256m",
                        "-Dlogback.configurationFile=benchmarks-logback.xml",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledSink.class.getName(),
                        bootstrapServers,
                        name,
                        topic,
                        states.toString(),
                        ledger.toString(),
                        commitInterval.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
