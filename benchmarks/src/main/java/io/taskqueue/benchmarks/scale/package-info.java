/**
 * What many queues of one process cost.
 *
 * <pre>
 *   ScaleRun          a process with a number of queues; ScaledSources is its main, ProcessMemory and CompilerThreads
 *                     what it uses
 *   ScaleOptions      the command's options
 * </pre>
 *
 * <p>Called by {@code ScaleComparison} on the main thread. A process whose events are not all confirmed
 * must end without a result.
 */
@NullMarked
package io.taskqueue.benchmarks.scale;

import org.jspecify.annotations.NullMarked;
