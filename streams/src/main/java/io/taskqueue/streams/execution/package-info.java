/**
 * Where work runs: a task's jobs in order, tasks side by side, on a bounded number of threads. No Kafka here.
 *
 * <pre>
 *   KeyedExecutor, KeyedQueues   one partition's jobs: order, retries, holding
 *   Job, Admission               what {@code partition} implements: a job, and whether jobs may begin
 *   WorkerThreads, WorkerPool    the threads of a sink, for all its partitions
 *   CircuitBreaker, BreakerState whether the target is considered unavailable, for the whole sink
 * </pre>
 *
 * <p>Jobs run on worker threads; the stream thread submits them and never runs one.
 */
@NullMarked
package io.taskqueue.streams.execution;

import org.jspecify.annotations.NullMarked;
