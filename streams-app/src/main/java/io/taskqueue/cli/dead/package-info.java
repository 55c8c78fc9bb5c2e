/**
 * The commands {@code dead list | show | retry}.
 *
 * <pre>
 *   DeadListCommand, DeadShowCommand, DeadRetryCommand  -&gt; DeadSelection (options: queue, task, error, time, page)
 *   DeadTable, DeadJson: dead tasks as text and as JSON
 * </pre>
 *
 * <p>What they read and order is in {@code io.taskqueue.source.dead}. An order is a record in the registry; nothing changes without
 * {@code --execute}, and no command claims a queue.
 */
@NullMarked
package io.taskqueue.cli.dead;

import org.jspecify.annotations.NullMarked;
