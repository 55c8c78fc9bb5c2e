package io.taskqueue.sink.store;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/** Checkpoints in memory, lost when the process ends: after a restart all events are new. Thread-safe. */
public final class MemoryCheckpointStore implements CheckpointStore {

    private record Key(String sink, String queue) {}

    private final Map<Key, SinkCheckpoint> checkpoints = new ConcurrentHashMap<>();

    @Override
    public SinkCheckpoint load(String sink, String queue) {
        return checkpoints.getOrDefault(new Key(sink, queue), SinkCheckpoint.START);
    }

    @Override
    public boolean compareAndSet(String sink, String queue, SinkCheckpoint expected, SinkCheckpoint next) {
        Objects.requireNonNull(next, "next");
        Key key = new Key(sink, queue);
        return expected.equals(SinkCheckpoint.START)
                ? checkpoints.putIfAbsent(key, next) == null
                : checkpoints.replace(key, expected, next);
    }
}
