/**
 * The whole path of a task: enqueued with a confirmation of its own, leased, performed and completed by many workers, every event on
 * Kafka.
 *
 * <pre>
 *   WholeWorkload        how many tasks and workers, and how long a task takes
 *   QueueAndSourceRun    a round of it: one thread enqueues, QueueWorkers lease and complete, Confirmations are awaited
 *   WholeOptions         the command's options
 * </pre>
 *
 * <p>Called by {@code WholeComparison} on the main thread. A round in which a task is not completed once, or an enqueue not confirmed,
 * must end the run with an error.
 */
@NullMarked
package io.taskqueue.benchmarks.whole;

import org.jspecify.annotations.NullMarked;
