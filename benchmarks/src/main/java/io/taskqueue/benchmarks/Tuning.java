package io.taskqueue.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerConfig;

/** How a producer collects records into batches. */
record Tuning(int batchBytes, int lingerMillis) {

    /** What the source chooses by itself. */
    static final Tuning CHOSEN = new Tuning(128 * 1024, 0);

    static List<Tuning> grid() {
        List<Tuning> grid = new ArrayList<>();
        for (int kilobytes : List.of(16, 128, 256)) {
            for (int linger : List.of(0, 1, 5, 10)) {
                grid.add(new Tuning(kilobytes * 1024, linger));
            }
        }
        return grid;
    }

    /** Reads {@code kilobytes:milliseconds}, with commas between. */
    static List<Tuning> parse(String list) {
        return Stream.of(list.split(",", -1))
                .map(one -> one.split(":", -1))
                .map(parts -> new Tuning(Integer.parseInt(parts[0]) * 1024, Integer.parseInt(parts[1])))
                .toList();
    }

    Map<String, Object> settings() {
        return Map.of(ProducerConfig.BATCH_SIZE_CONFIG, batchBytes, ProducerConfig.LINGER_MS_CONFIG, lingerMillis);
    }

    @Override
    public String toString() {
        return batchBytes / 1024 + " KB, linger " + lingerMillis + " ms";
    }
}
