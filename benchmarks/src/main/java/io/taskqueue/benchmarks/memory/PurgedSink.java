package io.taskqueue.benchmarks.memory;

import io.taskqueue.benchmarks.measure.Samples;
import io.taskqueue.benchmarks.measure.Stopwatch;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.streams.SinkService;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The main class of a sink's process which applies events while results are purged: SERVERS NAME TOPIC STATES MEMORY PARTITIONS.
 *
 * <pre>
 *   start     READY 0, once the queues of all partitions are there
 *   phase     PHASE events p50 p99 max: the milliseconds from the send of an event to its effect, since the phase before
 * </pre>
 */
public final class PurgedSink {

    private PurgedSink() {}

    public static void main(String[] arguments) throws Exception {
        Clock clock = Clock.systemUTC(); // that of the process which sends, on the same machine
        AtomicReference<Samples> latencies = new AtomicReference<>(new Samples("latency"));
        try (SinkService service = SinkService.<String>builder(
                        arguments[1],
                        (event, effects) -> effects.capture("measured", String.class, key -> {
                            Samples current = latencies.get();
                            synchronized (current) {
                                current.add(Duration.between(event.recordedAt(), clock.instant())
                                                .toNanos()
                                        / 1e6);
                            }
                            return key.toString();
                        }),
                        PayloadCodec.utf8())
                .fingerprint(MeasuredSink.class.getName()) // the results are those of that sink
                .kafka(Map.of("bootstrap.servers", arguments[0]))
                .topic(arguments[2])
                .stateDirectory(Path.of(arguments[3]))
                .stateMemory(Long.parseLong(arguments[4]))
                .topicCheckInterval(Duration.ofSeconds(1))
                .start()) {
            int partitions = Integer.parseInt(arguments[5]);
            while (service.status().queues().size() < partitions) {
                Stopwatch.pause(Duration.ofMillis(10));
            }
            System.out.println("READY 0");
            BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String command = commands.readLine(); "phase".equals(command); command = commands.readLine()) {
                Samples phase = latencies.getAndSet(new Samples("latency"));
                synchronized (phase) {
                    System.out.println(
                            phase.values().isEmpty()
                                    ? "PHASE 0 0 0 0"
                                    : String.format(
                                            Locale.ROOT,
                                            "PHASE %d %.1f %.1f %.1f",
                                            phase.values().size(),
                                            phase.quantile(0.5),
                                            phase.quantile(0.99),
                                            phase.quantile(1)));
                }
            }
        }
        System.exit(0);
    }
}
