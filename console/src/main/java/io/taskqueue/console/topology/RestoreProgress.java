package io.taskqueue.console.topology;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateRestoreListener;

/** How much of the view's state is read back from its changelog topic. Thread-safe. */
final class RestoreProgress implements StateRestoreListener {

    /** What is to be restored of a partition, and is restored so far. */
    private record Part(long total, long restored) {}

    private final Map<TopicPartition, Part> parts = new ConcurrentHashMap<>();

    @Override
    public void onRestoreStart(TopicPartition partition, String store, long start, long end) {
        parts.put(partition, new Part(end - start, 0));
    }

    @Override
    public void onBatchRestored(TopicPartition partition, String store, long batchEnd, long number) {
        parts.computeIfPresent(partition, (key, part) -> new Part(part.total(), part.restored() + number));
    }

    @Override
    public void onRestoreEnd(TopicPartition partition, String store, long total) {
        parts.remove(partition);
    }

    @Override
    public void onRestoreSuspended(TopicPartition partition, String store, long total) {
        parts.remove(partition);
    }

    boolean active() {
        return !parts.isEmpty();
    }

    /** The share that is restored, of the partitions that are being restored: 0 to 1. */
    double done() {
        long total = 0;
        long restored = 0;
        for (Part part : parts.values()) {
            total += part.total();
            restored += Math.min(part.restored(), part.total());
        }
        return total == 0 ? 1 : (double) restored / total;
    }

    void clear() {
        parts.clear();
    }
}
