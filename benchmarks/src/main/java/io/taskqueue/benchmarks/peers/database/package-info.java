/**
 * Contenders whose tasks are in a database, each place in one of its own in the {@code PostgresServer}: {@code LockedTableContender},
 * {@code DbSchedulerContender}, {@code DbosContender}, {@code JobRunrContender}. {@code TaskBatch} collects tasks for one transaction,
 * {@code TableQuery} has the statements that they share.
 *
 * <p>Called by the sections of {@code peers} on the main thread.
 */
@NullMarked
package io.taskqueue.benchmarks.peers.database;

import org.jspecify.annotations.NullMarked;
