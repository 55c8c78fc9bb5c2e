/**
 * The memory of a sink with many results: a process with a small heap records them, and reads them all again in a replay.
 *
 * <pre>
 *   SinkProcess          one measured process: MeasuredSink; KafkaDefaults, the configuration to compare with
 *   PurgeRun             a purge of all results while events go on: PurgedSink, the process of the sink
 *   FilledTopic          the events, over several partitions; QueueRecords, their records
 * </pre>
 *
 * <p>Called by {@code StateMemoryComparison} and {@code GrowthComparison} on their main threads. The measured process reads its own resident set size from the operating
 * system, so this runs on Linux only.
 */
@NullMarked
package io.taskqueue.benchmarks.memory;

import org.jspecify.annotations.NullMarked;
