package io.taskqueue.sink.store;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checkpoints in memory, lost when the process ends: after a restart all events are new. Thread-safe.
 *
 * <p>Holds the checkpoints of a number of queues at most: beyond it, the one that has not advanced for the longest time is forgotten,
 * so that events of its queue are new again.
 */
public final class MemoryCheckpointStore implements CheckpointStore {

    private static final Logger LOG = LoggerFactory.getLogger(MemoryCheckpointStore.class);

    /** The number of checkpoints that a store holds unless another one is set. */
    public static final int DEFAULT_MAX_CHECKPOINTS = 10_000;

    private record Key(String sink, String queue) {}

    private final Map<Key, SinkCheckpoint> checkpoints = new LinkedHashMap<>();
    private final int maxCheckpoints;
    private boolean forgot;

    /** A store of {@value #DEFAULT_MAX_CHECKPOINTS} checkpoints. */
    public MemoryCheckpointStore() {
        this(DEFAULT_MAX_CHECKPOINTS);
    }

    /**
     * @param maxCheckpoints the number of checkpoints that it holds at most: one for each sink and queue
     * @throws IllegalArgumentException if it is below 1
     */
    public MemoryCheckpointStore(int maxCheckpoints) {
        if (maxCheckpoints < 1) {
            throw new IllegalArgumentException("A store must hold at least 1 checkpoint, but " + maxCheckpoints
                    + " was set. Use " + DEFAULT_MAX_CHECKPOINTS + ", the default, if unsure.");
        }
        this.maxCheckpoints = maxCheckpoints;
    }

    @Override
    public synchronized SinkCheckpoint load(String sink, String queue) {
        return checkpoints.getOrDefault(new Key(sink, queue), SinkCheckpoint.START);
    }

    @Override
    public synchronized boolean compareAndSet(String sink, String queue, SinkCheckpoint expected, SinkCheckpoint next) {
        Objects.requireNonNull(next, "next");
        Key key = new Key(sink, queue);
        if (!checkpoints.getOrDefault(key, SinkCheckpoint.START).equals(expected)) {
            return false;
        }
        checkpoints.remove(key); // to the end: the first one has not advanced for the longest time
        checkpoints.put(key, next);
        if (checkpoints.size() > maxCheckpoints) {
            forgetFirst();
        }
        return true;
    }

    private void forgetFirst() {
        Key first = checkpoints.keySet().iterator().next();
        checkpoints.remove(first);
        if (!forgot) {
            forgot = true;
            LOG.warn(
                    "A store of checkpoints in memory holds {}, its limit, and forgets those that have not advanced for the longest "
                            + "time, first that of sink {} and queue {}. Create it with a higher limit, or use JdbcCheckpointStore",
                    maxCheckpoints,
                    first.sink(),
                    first.queue());
        }
    }
}
