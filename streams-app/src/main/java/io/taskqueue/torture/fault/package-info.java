/**
 * The faults of a torture run.
 *
 * <pre>
 *   FaultKind, FaultList    which there are, and which a user selected
 *   FaultSchedule           which Fault comes when: a pure function of the seed
 *   FaultLane               waits for the time of each, and injects it with a FaultInjector:
 *     QueueFaults             dispatchers
 *     SinkFaults              instances, state and offsets of the sink; SinkOffsets, PoisonRecords
 *     BrokerFaults            brokers and their network, one broker at a time
 *     TargetFaults            the target and its network
 *   ObservedQueues          what is read and ordered about each queue, written to the history
 * </pre>
 *
 * <p>A thread for each lane. Every fault is written to the history before it happens, and ends within a bound.
 */
@NullMarked
package io.taskqueue.torture.fault;

import org.jspecify.annotations.NullMarked;
