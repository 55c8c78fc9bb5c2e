/**
 * Publishing: from the queue's journal to acknowledged records of one Kafka partition.
 *
 * <pre>
 *   EventBuffer       the queue's Journal: gives positions, holds events until they are acknowledged
 *     EventPayloads   encodes payloads; refuses those whose events would not fit into a record; decides which events include them
 *     BufferSpace     the places in the buffer, reserved and granted in order (limits: BufferLimits)
 *     BufferedEvent   an event in the buffer
 *     HeldEvents      what a stopped buffer holds, for those who keep it
 *     SourceTime      the user's clock and ticker, read without ever throwing
 *   Publisher         sends the events of all queues of a group, replaces a failed producer, never skips
 *     Publication     one queue: its turns, its back-off; Interruptible, the building of its records
 *     ReadyQueues     the queues that have events to be sent, by partition
 *     PartitionWindow what the producer holds of a partition, and who waits for it
 *     ProducerSession one producer, from its first record to its first failure
 *     EventRecords    builds the published event and its record; PeerResolver runs the user's code that names its owner
 *     ProducerFactory creates producers
 *   UnreplicatedPublisher  sends events that an earlier source could not replicate
 * </pre>
 *
 * <p><b>Threads.</b> {@code encode} and {@code reserve} run on callers' threads outside the queue's lock, {@code append} inside
 * it; the publisher has its own thread; acknowledgements arrive on the producer's I/O thread.
 *
 * <p><b>Never.</b> {@code append} never blocks, and calls none of the user's code but the clock and the ticker, through SourceTime. A record is never skipped, nor written behind one
 * that was not: what Kafka holds may repeat itself, but has no gap.
 */
@NullMarked
package io.taskqueue.source.publish;

import org.jspecify.annotations.NullMarked;
