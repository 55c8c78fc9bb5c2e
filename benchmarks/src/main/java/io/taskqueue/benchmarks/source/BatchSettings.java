package io.taskqueue.benchmarks.source;

import io.taskqueue.kafka.CompressionSupport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerConfig;

/** How a producer batches records. */
public record BatchSettings(int batchBytes, int lingerMillis) {

    /** The source's defaults. */
    public static final BatchSettings DEFAULT = new BatchSettings(128 * 1024, 0);

    /** The settings of a sweep. */
    static List<BatchSettings> grid() {
        List<BatchSettings> grid = new ArrayList<>();
        for (int kilobytes : List.of(16, 128, 256)) {
            for (int linger : List.of(0, 1, 5, 10)) {
                grid.add(new BatchSettings(kilobytes * 1024, linger));
            }
        }
        return grid;
    }

    /** Reads a list of {@code kilobytes:milliseconds}, separated by commas. */
    static List<BatchSettings> parse(String list) {
        return Stream.of(list.split(",", -1))
                .map(one -> one.split(":", -1))
                .map(parts -> new BatchSettings(Integer.parseInt(parts[0]) * 1024, Integer.parseInt(parts[1])))
                .toList();
    }

    /** The properties of a producer. */
    public Map<String, Object> settings() {
        Map<String, Object> settings = new HashMap<>(CompressionSupport.best()); // as a source chooses
        settings.put(ProducerConfig.BATCH_SIZE_CONFIG, batchBytes);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, lingerMillis);
        return settings;
    }

    @Override
    public String toString() {
        return batchBytes / 1024 + " KB, linger " + lingerMillis + " ms";
    }
}
