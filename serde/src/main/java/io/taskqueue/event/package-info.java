/**
 * The terms of task queue replication as immutable values: tasks, events, positions, errors and tokens.
 *
 * <pre>
 *   ReplicationEvent     what is on Kafka: a mutation with its position, or the start of a source
 *     SourceMetadata       what the source adds: Position, peers, time
 *     TaskEvent            what the queue emits: EventKind, EventFlag, OwnershipToken, TaskError
 *       TaskEventRules       which parts an event of each kind has
 *       Task, TaskId         the task, with its payload; TraceContext, the trace that it belongs to
 *   NameRule, QueueName  which names are valid
 *   PercentEncoding      names as parts of identifiers
 * </pre>
 *
 * <p>Every other package uses these types, on any thread: they are immutable and safe to share, as far as the payload is. An
 * invalid value cannot be built. The package depends on {@code java.*} and JSpecify only and never on how its values are
 * encoded, which is the responsibility of {@code io.taskqueue.serde}.
 */
@NullMarked
package io.taskqueue.event;

import org.jspecify.annotations.NullMarked;
