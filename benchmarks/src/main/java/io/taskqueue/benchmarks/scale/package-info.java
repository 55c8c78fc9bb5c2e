/**
 * What many queues of one process cost, and how far one event topic carries.
 *
 * <pre>
 *   ScaleRun          a process with a number of queues; ScaledSources is its main, ProcessMemory what it uses
 *   ScaleOptions      the command's options
 *   HotQueues         a simulation: queues of different activity over the partitions of a topic, see docs/scale.md
 * </pre>
 *
 * <p>Called by {@code ScaleComparison} and {@code HotQueuesSimulation} on the main thread. A process whose events are not all confirmed
 * must end without a result.
 */
@NullMarked
package io.taskqueue.benchmarks.scale;

import org.jspecify.annotations.NullMarked;
