package io.taskqueue.streams;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** The checkpoints of one partition's queues, written at commit. Only the stream thread touches it. */
final class Checkpoints {

    static final String NAME = "checkpoints";

    private final Map<String, Checkpoint> byQueue = new HashMap<>();
    private final Set<String> changed = new HashSet<>();
    private final KeyValueStore<Bytes, byte[]> store;

    Checkpoints(KeyValueStore<Bytes, byte[]> store) {
        this.store = store;
        try (KeyValueIterator<Bytes, byte[]> stored = store.all()) {
            stored.forEachRemaining(entry -> byQueue.put(
                    new String(entry.key.get(), StandardCharsets.UTF_8), CheckpointBytes.read(entry.value)));
        }
    }

    @Nullable
    Checkpoint of(String queue) {
        return byQueue.get(queue);
    }

    Set<String> queues() {
        return Set.copyOf(byQueue.keySet());
    }

    void put(String queue, Checkpoint checkpoint) {
        byQueue.put(queue, checkpoint);
        changed.add(queue);
    }

    /** What is done of the queue has changed. */
    void advanced(String queue) {
        changed.add(queue);
    }

    /** Forgets the checkpoints of another topic, and says of which queues. */
    List<String> startOver(Uuid topicId) {
        List<String> others = new ArrayList<>();
        byQueue.forEach((queue, checkpoint) -> {
            if (!checkpoint.topicId().equals(topicId)) {
                others.add(queue);
            }
        });
        others.forEach(queue -> {
            byQueue.remove(queue);
            changed.remove(queue);
            store.delete(key(queue));
        });
        return others;
    }

    /** Whether an offset was seen of any queue. */
    boolean seen(long offset) {
        return byQueue.values().stream()
                .anyMatch(checkpoint -> checkpoint.taken().offset() >= offset);
    }

    void forgetFencesBefore(long logStart) {
        for (String queue : queues()) {
            Checkpoint before = byQueue.get(queue);
            Checkpoint after = before == null ? null : before.withoutFencesBefore(logStart);
            if (after != null && !after.equals(before)) {
                put(queue, after);
            }
        }
    }

    void write(InFlight<?> inFlight) {
        for (String queue : changed) {
            Checkpoint checkpoint = byQueue.get(queue);
            if (checkpoint != null) {
                store.put(
                        key(queue),
                        CheckpointBytes.write(
                                checkpoint,
                                inFlight.done(queue, checkpoint.taken().position())));
            }
        }
        changed.clear();
    }

    private static Bytes key(String queue) {
        return Bytes.wrap(queue.getBytes(StandardCharsets.UTF_8));
    }
}
