/**
 * What happens to the log of the event topic behind the back of a sink: retention overtakes it, the log is shortened, the topic is recreated,
 * partitions are added.
 *
 * <pre>
 *   LogHistory          compares the log with what was read of it, adapts the checkpoints, reports; what operators clear
 *   PartitionLog        what happened to one partition, and which of it is new; PartitionLogFormat is its layout
 *   ReportedLog            asks the cluster about the log of one partition; implemented by {@code clients}
 *   LostPosition        what Kafka found about the next record to be read
 *   LogReplacedException   the partition is to be assigned again
 * </pre>
 *
 * <p>Called by {@code partition} on the stream thread: when a partition is assigned, where Kafka cannot continue, where offsets go back, and where
 * an event is unusual. Nothing here is called for an event that follows the one before it.
 */
@NullMarked
package io.taskqueue.streams.log;

import org.jspecify.annotations.NullMarked;
