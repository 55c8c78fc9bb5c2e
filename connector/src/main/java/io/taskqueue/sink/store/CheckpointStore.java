package io.taskqueue.sink.store;

/**
 * Where {@link io.taskqueue.sink.local.LocalSinkRunner} keeps how far it has come: one checkpoint for each sink and queue.
 *
 * <p>Thread-safe, and safe between processes where the store is shared: a checkpoint is only ever replaced by whoever knows
 * the one that stands, so that of two runners neither takes the other back.
 */
public interface CheckpointStore {

    /**
     * The checkpoint that stands, or {@link SinkCheckpoint#START} where there is none.
     *
     * @throws SinkStoreException if the store does not answer
     */
    SinkCheckpoint load(String sink, String queue);

    /**
     * Replaces the checkpoint, if the expected one stands.
     *
     * @param expected what {@link #load} or an earlier call left; {@link SinkCheckpoint#START} for none
     * @return whether it was replaced; if not, another checkpoint stands
     * @throws SinkStoreException if the store does not answer; the checkpoint may then have been replaced or not
     */
    boolean compareAndSet(String sink, String queue, SinkCheckpoint expected, SinkCheckpoint next);
}
