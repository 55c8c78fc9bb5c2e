/**
 * Recovery: the live tasks of a queue, read from its partition after the process that owned the queue has ended.
 *
 * <pre>
 *   Recovery              the settings of a recovery; RecoveryProgress is what its listener receives
 *   QueueRecovery         for users: reads the live tasks of a queue and starts nothing (RecoverableQueue)
 *   RecoveryReport        what was read and found: counts, RemovedTasks (by retention), UndecodableTask
 *   AbandonedTasks        live tasks that a source did not recover when it started
 * </pre>
 */
@NullMarked
package io.taskqueue.source.recovery;

import org.jspecify.annotations.NullMarked;
