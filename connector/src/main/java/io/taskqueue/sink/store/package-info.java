/**
 * The stores of a sink: results and intents of effects ({@link io.taskqueue.sink.store.EffectStore}) and, for the local runner,
 * checkpoints ({@link io.taskqueue.sink.store.CheckpointStore}); each as an interface with an implementation in memory.
 *
 * <pre>
 *   EffectStore, EffectResult          implemented by MemoryEffectStore; by JdbcEffectStore in sink.jdbc; and in module streams by
 *                                      EventResults in streams.partition, which passes results to the stream thread
 *   CheckpointStore, SinkCheckpoint    implemented by MemoryCheckpointStore, and by JdbcCheckpointStore in sink.jdbc
 *   SinkStoreException                 a store that cannot be used
 *   ResultTooLargeException            a result that a store cannot take, of an effect that was done
 * </pre>
 *
 * <p>Called by {@link io.taskqueue.sink.effect} on the thread that runs an effect, and by the local runner on its own thread, so
 * implementations are thread-safe. A recorded result must never change, and a checkpoint must never go back.
 */
@NullMarked
package io.taskqueue.sink.store;

import org.jspecify.annotations.NullMarked;
