/**
 * JMH benchmarks of single calls: {@code QueueBenchmark} of the queue, {@code BurstBenchmark} of the queue while its source keeps up,
 * {@code TracingBenchmark} of a queue that is traced, {@code SerdeBenchmark} of the wire format.
 *
 * <p>Run by {@code Microbenchmarks}, in processes that JMH starts.
 */
@NullMarked
package io.taskqueue.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
