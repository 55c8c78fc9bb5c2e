/**
 * Dead tasks: those that get no further attempt, read from the queue's partition, and the orders to retry them.
 *
 * <pre>
 *   for operators (a process of their own)                     in the process that owns the queue
 *     DeadTasks       read, retry, results                       RetryExecutor     a thread; DeadTaskRetries: the orders in RetryBacklog
 *       DeadTaskFold    which tasks are dead, by headers            RetryExecution    one order; RetryTarget is queue and source
 *       DeadTaskQuery, DeadTaskPage, DeadTask
 *
 *   both: RetryOrder, RetryResult, their bytes (RetryJson), and the registry topic that holds them (RetryRegistry);
 *         CurrentEvents, RecordsAtOffsets: reading the partition
 * </pre>
 *
 * <p>The start of a source, then its registry thread fill {@code RetryBacklog}; the thread of {@code DeadTaskRetries} executes. Never: a
 * task of an order restored twice, an order marked as executed before its Restored events are confirmed, or a queue claimed to
 * execute one.
 */
@NullMarked
package io.taskqueue.source.dead;

import org.jspecify.annotations.NullMarked;
