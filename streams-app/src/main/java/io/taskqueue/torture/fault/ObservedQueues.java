package io.taskqueue.torture.fault;

import io.taskqueue.torture.history.HistoryWriter;
import io.taskqueue.torture.history.ObservedEntry;
import io.taskqueue.torture.history.RunDirectory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.apache.kafka.common.utils.Utils;

/** The queues of a run, with their partitions, and what the driver reads and orders about each. Thread-safe. */
public final class ObservedQueues implements AutoCloseable {

    private final Map<String, HistoryWriter<ObservedEntry>> histories = new TreeMap<>();
    private final int partitions;

    public ObservedQueues(RunDirectory directory, List<String> queues, int partitions) {
        this.partitions = partitions;
        queues.forEach(queue -> histories.put(queue, directory.observed(queue)));
    }

    /** Calls the action with each queue and its partition. */
    public void forEach(BiConsumer<String, Integer> action) {
        histories.keySet().forEach(queue -> action.accept(queue, partition(queue)));
    }

    /** The partition of a queue, as Kafka's default partitioner decides it by the key. */
    public int partition(String queue) {
        return Utils.toPositive(Utils.murmur2(queue.getBytes(StandardCharsets.UTF_8))) % partitions;
    }

    /** Writes an entry about a queue; nothing for one that is not of the run. */
    public void write(String queue, ObservedEntry entry) {
        HistoryWriter<ObservedEntry> history = histories.get(queue);
        if (history != null) {
            history.write(entry);
        }
    }

    /** What is done on Kafka, and written about it. */
    @FunctionalInterface
    public interface Observation {
        void perform() throws Exception;
    }

    /** Does something and writes about it, with nothing else of that kind in between: the entries are in the order of what they state. */
    public synchronized void together(Observation observation) throws Exception {
        observation.perform();
    }

    @Override
    public void close() {
        histories.values().forEach(HistoryWriter::close);
    }
}
