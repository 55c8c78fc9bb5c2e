package io.taskqueue.sink.local;

import io.taskqueue.event.Position;
import io.taskqueue.sink.store.CheckpointStore;
import io.taskqueue.sink.store.SinkCheckpoint;
import io.taskqueue.sink.store.SinkStoreException;
import java.util.Objects;

/**
 * The progress of one run in one queue: the checkpoint as this run last loaded or wrote it, and the fence.
 *
 * <p>Whether an event was applied is decided by its peer's position alone. The fence is the highest epoch whose SourceStarted
 * came among this run's events. It is not stored, because only the order of the events determines what comes after it, and
 * events that are read again from an earlier offset come before it again. Used by one thread.
 */
final class QueueCursor {

    /** How an event is classified. */
    enum Verdict {
        NEXT,
        DUPLICATE,
        FENCED
    }

    /** The number of peers of one queue: each has a position in its checkpoint, which is written with each event. */
    static final int MAX_PEERS = 1_000;

    private static final int MAX_CONFLICTS = 1_000;

    private final CheckpointStore store;
    private final String sink;
    private final String queue;
    private SinkCheckpoint checkpoint;
    private long fence;

    /** @throws SinkStoreException if the store cannot be read or written */
    QueueCursor(CheckpointStore store, String sink, String queue) {
        this.store = store;
        this.sink = sink;
        this.queue = queue;
        this.checkpoint = Objects.requireNonNull(store.load(sink, queue), "checkpoint");
    }

    void sourceStarted(long epoch) {
        fence = Math.max(fence, epoch);
    }

    /** Whether the checkpoint has or may get a position of the peer. */
    boolean admits(String peer) {
        return checkpoint.peers().size() < MAX_PEERS
                || checkpoint.position(peer).isPresent();
    }

    Verdict classify(String peer, Position position) {
        if (checkpoint.covers(peer, position)) {
            return Verdict.DUPLICATE;
        }
        return position.epoch() < fence ? Verdict.FENCED : Verdict.NEXT;
    }

    /**
     * Advances the checkpoint of the peer to the position, unless this run or another one has already stored that position or a
     * later one.
     *
     * @throws SinkStoreException if the store cannot be read or written
     */
    void advance(String peer, Position position) {
        for (int conflicts = 0; conflicts < MAX_CONFLICTS; conflicts++) {
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
                "The checkpoint of sink " + sink + " and queue " + queue + " changed " + MAX_CONFLICTS
                        + " times before it could advance to " + position + " for peer " + peer
                        + ". Check how many runners share this name.",
                new IllegalStateException("compareAndSet never succeeded"));
    }
}
