/**
 * Sinks on Kafka Streams: the service, the topology for a user's own KafkaStreams, and the machinery below both.
 *
 * <p>Threads: one stream thread classifies events and owns all state; workers apply events, one task's in order and tasks side
 * by side; what workers find out is handed over to the stream thread. What is in flight commits with the consumed offsets.
 * Where all that is in flight waits, for its next try or for a dead target, a partition sleeps, and nothing begins before it wakes.
 */
@NullMarked
package io.taskqueue.streams;

import org.jspecify.annotations.NullMarked;
