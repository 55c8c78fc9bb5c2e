package io.taskqueue.sink.store;

/**
 * Where a local runner ({@link io.taskqueue.sink.local.LocalSinkRunner}) keeps its progress: one checkpoint for each sink and
 * queue. The Streams service keeps its checkpoints itself.
 *
 * <p>Thread-safe, and safe between processes if they share the store: a checkpoint is replaced only by a caller that knows the
 * current one, so that a checkpoint never goes back, whichever of two runners writes it.
 */
public interface CheckpointStore {

    /**
     * The current checkpoint, or {@link SinkCheckpoint#START} if there is none.
     *
     * @throws SinkStoreException if the store cannot be read
     */
    SinkCheckpoint load(String sink, String queue);

    /**
     * Replaces the checkpoint if the expected one is current.
     *
     * @param expected the result of {@link #load}, or the checkpoint of an earlier successful call;
     *     {@link SinkCheckpoint#START} if there is none
     * @return whether it was replaced; if not, another checkpoint is current
     * @throws SinkStoreException if the store cannot be written; the checkpoint may or may not have been replaced
     */
    boolean compareAndSet(String sink, String queue, SinkCheckpoint expected, SinkCheckpoint next);
}
