/**
 * The command {@code recover}, and what {@code dispatch --recover} shares with it.
 *
 * <pre>
 *   RecoverCommand     writes the live tasks of a queue as JSON lines (TaskLines)
 *     LiveTasks          reads them without claiming the queue
 *     RecoverySummary    what was found, as text and as JSON
 * </pre>
 *
 * <p>All on the thread of the command. Never: a write to Kafka, or to a file that exists.
 */
@NullMarked
package io.taskqueue.cli.recover;

import org.jspecify.annotations.NullMarked;
