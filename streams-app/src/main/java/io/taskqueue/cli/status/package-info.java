/**
 * Commands that only read.
 *
 * <pre>
 *   StatusCommand  -> NewestQueueEvents  (the end of the event topic)
 *                  -> SinkLag            (committed offsets, parked events, recorded failures; of several sinks by ConcurrentReads)
 *                  -> StatusWatch        (--watch: WatchedState of each round, as WatchedText or JSON)
 *   ResultsCommand -> EffectListing      (the recorded results of a sink)
 * </pre>
 *
 * <p>Nothing here writes to Kafka.
 */
@NullMarked
package io.taskqueue.cli.status;

import org.jspecify.annotations.NullMarked;
