/**
 * Where work runs: a task's jobs in order, tasks side by side, on a bounded number of threads. No Kafka here.
 *
 * <pre>
 *   KeyedExecutor, KeyedQueues   one partition's jobs: order, retries, holding
 *   Job, Admission, KeyedExecutor.Handler   what {@code partition} implements: a job, whether jobs may begin, and one attempt
 *   WorkerThreads                the threads of a sink, for all its partitions; ThreadGuard reports what ends one of them
 *   WorkQueue                    what waits for a thread, and how few threads are woken for it
 *   Turns, Pause                 how many jobs run at a time, and what they wait in meanwhile, such as for a commit
 *   CircuitBreaker, BreakerState whether the target is considered unavailable, for the whole sink
 *   RateLimiter                  when a job may begin that calls the target, for the whole sink and by key
 * </pre>
 *
 * <p>{@code partition} submits jobs on the stream thread, which never runs one; jobs run on worker threads. Never: two jobs of one
 * task run at the same time, a job overtakes an earlier one of its task, or a job begins while its partition does not admit it.
 */
@NullMarked
package io.taskqueue.streams.execution;

import org.jspecify.annotations.NullMarked;
