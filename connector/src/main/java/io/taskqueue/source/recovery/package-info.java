/**
 * Recovery: the live tasks of a queue, read from its partition after the process that owned the queue has ended.
 *
 * <pre>
 *   Recovery              the settings of a recovery; RecoveryProgress is what its listener receives
 *   QueueRecovery         for users: reads the live tasks of a queue and starts nothing (RecoverableQueue)
 *   RecoveryReport        what was read and found: counts, RemovedTasks (by retention), UndecodableTask
 *   AbandonedTasks        live tasks that a source did not recover when it started
 *
 *   RecoveryReader        reads from the low-water mark to the fence, once for all queues of a partition that recover together:
 *                         RecordPipeline polls on a thread of its own,
 *     LiveRecords           finds the records that are needed of each live task (LatestRecords of UndecodedRecord), by headers; RemovedTaskCounter
 *     LatestRecordDecoder   decodes these, and folds them into the state of the queue
 *     ProgressReports       calls the listener
 *   RecoveryLog           what is logged about what was found
 * </pre>
 *
 * <p>The thread that starts a source reads; without a recovery, a thread of its own counts. Never: an event behind the fence is counted,
 * or a live task is dropped because it cannot be decoded.
 */
@NullMarked
package io.taskqueue.source.recovery;

import org.jspecify.annotations.NullMarked;
