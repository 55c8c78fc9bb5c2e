package io.taskqueue.streams;

import io.taskqueue.event.Position;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** The checkpoints of one partition's queues, written at commit. Only the stream thread touches it. */
final class Checkpoints {

    static final String NAME = "checkpoints";

    private final Map<String, Checkpoint> byQueue = new HashMap<>();
    private final Map<String, Peers> peers = new HashMap<>();
    private final Set<String> changed = new HashSet<>();
    private final KeyValueStore<Bytes, byte[]> store;
    private long highest;

    Checkpoints(KeyValueStore<Bytes, byte[]> store) {
        this.store = store;
        try (KeyValueIterator<Bytes, byte[]> stored = store.all()) {
            stored.forEachRemaining(entry -> {
                String queue = new String(entry.key.get(), StandardCharsets.UTF_8);
                CheckpointBytes.Stored known = CheckpointBytes.read(entry.value);
                byQueue.put(queue, known.checkpoint());
                peers.put(queue, Peers.of(known.peers()));
            });
        }
        highest = highestOffset();
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
        highest = Math.max(highest, checkpoint.taken().offset());
    }

    /** What is done of the queue has changed. */
    void advanced(String queue) {
        changed.add(queue);
    }

    /** How far the owner peers of a queue have come. */
    Peers peers(String queue) {
        return peers.computeIfAbsent(queue, name -> new Peers());
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
            peers.remove(queue);
            changed.remove(queue);
            store.delete(key(queue));
        });
        if (!others.isEmpty()) {
            highest = highestOffset();
        }
        return others;
    }

    /** The highest offset that was seen of any queue; -1 where none was. */
    long seenTo() {
        return highest;
    }

    private long highestOffset() {
        return byQueue.values().stream()
                .mapToLong(checkpoint -> checkpoint.taken().offset())
                .max()
                .orElse(-1);
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

    /** @param shown is told how far the peers of each changed queue have come */
    void write(InFlight<?> inFlight, BiConsumer<String, Map<String, Peers.Reach>> shown) {
        for (String queue : changed) {
            Checkpoint checkpoint = byQueue.get(queue);
            if (checkpoint != null) {
                Position done = inFlight.done(queue, checkpoint.taken().position());
                Map<String, Peers.Reach> reached = peers(queue).reached();
                store.put(key(queue), CheckpointBytes.write(checkpoint, done, reached));
                shown.accept(queue, reached);
            }
        }
        changed.clear();
    }

    private static Bytes key(String queue) {
        return Bytes.wrap(queue.getBytes(StandardCharsets.UTF_8));
    }
}
