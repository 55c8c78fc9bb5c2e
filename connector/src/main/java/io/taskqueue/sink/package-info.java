/**
 * What a sink is: user code, its effects, the records of them, and the runner for sinks without Kafka Streams.
 *
 * <pre>
 *   runner --event, effects--> ReplicationSink --capture, run--> RecordedEffects --find--> EffectStore
 *                                                                      |   no record
 *                                                                      +--key--> action --result--> EffectStore
 *   runner &lt;--ApplyOutcome-- (applied | to be tried again | stopped | interrupted)
 * </pre>
 *
 * <p>{@link io.taskqueue.sink.effect.ApplyOutcome} rules how the end of a try counts, for every runner. Events of one task reach a
 * sink one at a time and in order; {@link io.taskqueue.sink.local.LocalSinkRunner} passes all events one at a time, on the thread
 * that runs it. Stores are thread-safe, and a recorded result never changes.
 */
@NullMarked
package io.taskqueue.sink;

import org.jspecify.annotations.NullMarked;
