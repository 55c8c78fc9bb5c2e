package io.taskqueue.benchmarks.memory;

import io.taskqueue.benchmarks.measure.Stopwatch;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.streams.SinkService;
import io.taskqueue.streams.status.EffectCounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** A sink in a process of its own, which records a number of results, or reuses as many, and prints the memory of the process. */
public final class MeasuredSink {

    private MeasuredSink() {}

    public static void main(String[] arguments) throws Exception {
        String bootstrapServers = arguments[0];
        String name = arguments[1];
        String topic = arguments[2];
        Path states = Path.of(arguments[3]);
        int results = Integer.parseInt(arguments[4]);
        long memory = Long.parseLong(arguments[5]); // 0 for Kafka Streams' defaults
        Map<String, Object> kafka = new HashMap<>(Map.of("bootstrap.servers", bootstrapServers));
        if (memory == 0) {
            kafka.put("streams.rocksdb.config.setter", KafkaDefaults.class.getName());
        }
        Stopwatch watch = new Stopwatch();
        try (SinkService service = SinkService.<String>builder(
                        name,
                        (event, effects) -> effects.capture("measured", String.class, key -> key.toString()),
                        PayloadCodec.utf8())
                .kafka(kafka)
                .topic(topic)
                .stateDirectory(states)
                .stateMemory(memory == 0 ? 128L << 20 : memory)
                .start()) {
            int partitions = Integer.parseInt(arguments[6]);
            while (results == 0 && service.status().queues().size() < partitions) {
                Stopwatch.pause(Duration.ofMillis(10));
            }
            long started = watch.elapsed().toMillis();
            while (done(service) < results) {
                Stopwatch.pause(Duration.ofMillis(20));
            }
            long perSecond = results * 1_000L / Math.max(1, watch.elapsed().toMillis());
            System.out.println(SinkProcess.MEASURED + " " + status("VmRSS:") + " " + status("VmHWM:") + " " + perSecond
                    + " " + started);
        }
    }

    private static long done(SinkService service) {
        service.status().failure().ifPresent(failure -> {
            throw new IllegalStateException(failure);
        });
        EffectCounts effects = service.status().effects();
        return service.status().settled() ? effects.run() + effects.reused() : 0;
    }

    /** A line of the status of this process, in kilobytes. */
    private static long status(String line) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(found -> found.startsWith(line))
                .map(found -> found.replaceAll("[^0-9]", ""))
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElseThrow();
    }
}
