/**
 * Sinks on Kafka Streams: the service, and the topology for a user's own KafkaStreams. The only package that uses Kafka Streams.
 *
 * <pre>
 *   SinkService           the service: builder, status, observers, close
 *   ServiceLifecycle      its states; ServiceRun starts and ends what runs, SinkThreads notices threads that end
 *   ReportedInstance      what {@code instances} publishes of the service
 *   ParkedReader          reads what is parked from the stores, from other threads
 *   SinkTopology          all wiring of a sink, read from top to bottom
 *   SinkProcessor         passes records and ticks of one partition to {@code partition}; Ticks
 *   CommitHook            calls back just before a task commits
 *   StreamsKeyValues      the access to the stores
 *   SinkClients           supplies the adapted Kafka clients of {@code clients}
 *   StreamsProperties     the properties that a sink needs; StateDirectories, DeadLetterRecord
 *   StateMemory           bounds the native memory of the stores
 *
 *   below it: partition, then parking, replay, results, checkpoint, state; execution; clients; topics; status; instances; settings; beside it: admin
 * </pre>
 *
 * <p>Threads: one stream thread classifies events and owns all state; workers apply events, one task's in order and tasks side
 * by side, and pass their outcomes to the stream thread. What is in flight commits with the consumed offsets.
 * Where all events in flight wait, for their next attempt or for an unavailable target, a partition is suspended, and nothing begins
 * before its next pass. Never: a sink calls its target on the stream thread, or changes a setting or a log back end of its host.
 */
@NullMarked
package io.taskqueue.streams;

import org.jspecify.annotations.NullMarked;
