/**
 * The sink and its effects, beside what could be used instead and beside the limits.
 *
 * <pre>
 *   a Workload, from WorkloadTopics, is done by
 *     SinkRun               a sink service, with EffectSettings
 *     ParallelConsumerRun   Confluent's parallel-consumer
 *     BareStreamsRun        a Kafka Streams processor with a store
 *     SleepingThreadsRun    threads that only take the time of the calls
 *   and its calls are verified by CallTarget
 *
 *   ThroughputSection, ResultStoreSection, CommitIntervalSection, IntentSection   one table each, or two
 *   EffectsSetup, EffectsComparisonOptions                                        what the sections share
 * </pre>
 *
 * <p>Sections are run by {@code EffectsComparison} on the main thread; calls run on the threads of the candidate. All candidates
 * of a table must do the same work on the same topic.
 */
@NullMarked
package io.taskqueue.benchmarks.effects;

import org.jspecify.annotations.NullMarked;
