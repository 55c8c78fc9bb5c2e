/**
 * The stores of a sink: results and intents of effects ({@link io.taskqueue.sink.store.EffectStore}) and, for the local runner,
 * checkpoints ({@link io.taskqueue.sink.store.CheckpointStore}); each as an interface with an implementation in memory. The
 * implementations for databases are in {@link io.taskqueue.sink.jdbc}, that of the Streams service is in module streams.
 *
 * <p>Called by {@link io.taskqueue.sink.effect} on the thread that runs an effect, and by the local runner on its own thread, so
 * implementations are thread-safe. A recorded result must never change, and a checkpoint must never go back.
 */
@NullMarked
package io.taskqueue.sink.store;

import org.jspecify.annotations.NullMarked;
