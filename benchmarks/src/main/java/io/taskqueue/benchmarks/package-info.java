/**
 * Benchmarks: the entry points, which {@code benchmarks/run} starts in a JVM of their own.
 *
 * <pre>
 *   SourceComparison    queue and source beside a bare producer                     -> source
 *   EffectsComparison   the sink beside parallel-consumer, bare Streams, the limit  -> effects, latency, kill
 *   WholeComparison     the whole path of a task, each enqueue confirmed            -> whole
 *   StateMemoryComparison  the memory of a sink with many results               -> memory
 *   HttpComparison      the sink http as a user runs it, beside bare threads    -> http
 *   JdbcComparison      the sink jdbc as a user runs it, beside bare threads    -> jdbc
 *   StartComparison     how long commands take to start                            -> start
 *   InstancesComparison   several instances of a sink, and rebalances           -> instances
 *   Microbenchmarks     single calls of the queue and of the wire format, by JMH    -> micro
 *
 *   calls               processes that make many calls; used by HttpComparison and JdbcComparison
 *   measure             rounds, time, CPU, heap, threads, tables; used by all
 *   broker              the broker's process, its topics, directories
 * </pre>
 *
 * <p>Everything runs on the main thread, except for what is measured. A round whose outcome is not as expected must end the
 * run with an error, because its figures would be meaningless. {@code docs/performance.md} describes what is measured and how.
 */
@NullMarked
package io.taskqueue.benchmarks;

import org.jspecify.annotations.NullMarked;
