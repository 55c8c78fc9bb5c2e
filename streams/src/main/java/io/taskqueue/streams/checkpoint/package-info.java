/**
 * What an event is to a sink, decided from how far the sink has read: pure logic over positions and offsets.
 *
 * <pre>
 *   Arrival          an event as it is read: position, offset, instance
 *   Classification   joined, stale, forked, replay, duplicate, next, gap or rewritten; and the checkpoint that follows
 *   Checkpoint       how far one queue was read, and its fences
 *   Gap, Missing     a place where events are missing, and how many; Divergence: all of them, until an operator clears it
 *   PeerPositions    how far each owner peer of a queue has come, for information
 *   Checkpoints      those of one partition, loaded from the store and written at commit; CheckpointFormat is their layout
 *   PartitionLog     the log of a partition as it was read: overtaken, shortened or recreated (LogChange), by what the cluster reports
 *                    (LogState); PartitionLogFormat is its layout
 *   LastRead         the last record of a queue, after which its checkpoint may expire
 *   EventLocation    the topic and offset at which an event lies
 * </pre>
 *
 * <p>Called by {@code partition} on the stream thread. Nothing here calls Kafka, logs or waits.
 */
@NullMarked
package io.taskqueue.streams.checkpoint;

import org.jspecify.annotations.NullMarked;
