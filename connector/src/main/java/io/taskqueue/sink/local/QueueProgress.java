package io.taskqueue.sink.local;

import io.taskqueue.event.Position;
import io.taskqueue.sink.store.CheckpointStore;
import io.taskqueue.sink.store.SinkCheckpoint;
import io.taskqueue.sink.store.SinkStoreException;
import java.util.Objects;

/**
 * How far one run has come in one queue: the checkpoint as this run last saw it, and the fence.
 *
 * <p>What belongs to a peer is decided by that peer's position alone. The fence is the highest epoch whose SourceStarted stood
 * among this run's events; it is not stored, because only the order of the events says what stands behind it, and events that
 * are read again from an earlier place stand before it again. Belongs to one thread.
 */
final class QueueProgress {

    /** What is to be done with an event. */
    enum Verdict {
        NEXT,
        DUPLICATE,
        FENCED
    }

    private static final int MAX_COLLISIONS = 1_000;

    private final CheckpointStore store;
    private final String sink;
    private final String queue;
    private SinkCheckpoint checkpoint;
    private long fence;

    /** @throws SinkStoreException if the store does not answer */
    QueueProgress(CheckpointStore store, String sink, String queue) {
        this.store = store;
        this.sink = sink;
        this.queue = queue;
        this.checkpoint = Objects.requireNonNull(store.load(sink, queue), "checkpoint");
    }

    void sourceStarted(long epoch) {
        fence = Math.max(fence, epoch);
    }

    Verdict classify(String peer, Position position) {
        if (checkpoint.covers(peer, position)) {
            return Verdict.DUPLICATE;
        }
        return position.epoch() < fence ? Verdict.FENCED : Verdict.NEXT;
    }

    /**
     * Stores that the peer is at the position, unless it is there or further already, by this run or another.
     *
     * @throws SinkStoreException if the store does not answer
     */
    void advance(String peer, Position position) {
        for (int collisions = 0; collisions < MAX_COLLISIONS; collisions++) {
            SinkCheckpoint next = checkpoint.advanced(peer, position);
            if (next.equals(checkpoint)) {
                return;
            }
            if (store.compareAndSet(sink, queue, checkpoint, next)) {
                checkpoint = next;
                return;
            }
            checkpoint = store.load(sink, queue);
        }
        throw new SinkStoreException(
                "The checkpoint of sink " + sink + " and queue " + queue + " changed " + MAX_COLLISIONS
                        + " times while it was to advance to " + position + " for peer " + peer
                        + ". See how many runners share this name.",
                new IllegalStateException("compareAndSet never succeeded"));
    }
}
