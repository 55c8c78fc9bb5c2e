/**
 * For tests of dispatchers and sinks: events without a source, sinks without Kafka, and time that a test moves.
 *
 * <pre>
 *   RecordedEvents     the events of a queue
 *     RecordedTask       one task, and the calls of its workers
 *     RecordedQueue      a real TaskQueue, whose journal is EventRecorder, and the fold of its events; WireFormat has them encoded and
 *                        decoded as on their way through Kafka
 *   SinkTester         applies events to a sink, by the runner of sink.local, which calls a TestedSink
 *     WatchedEffects     what the sink requests of its effects, and where a Crash has the process die, by SimulatedCrash
 *     ProcessStores      results and intents, of which a crash loses what was not committed
 *     SinkResult         what the sink did: Application, EffectCall; and assertions about it
 *   ManualTime         clock and ticker in one
 * </pre>
 *
 * <p>Called by tests, on their thread; no thread is started, except by a sink itself and by queues for their sweeps. Nothing here is used
 * by the product, and no class needs a test framework: assertions throw {@link java.lang.AssertionError}.
 */
@NullMarked
package io.taskqueue.testkit;

import org.jspecify.annotations.NullMarked;
