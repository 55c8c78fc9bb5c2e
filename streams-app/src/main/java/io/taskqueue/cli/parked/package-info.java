/**
 * The commands {@code parked list | show | redrive | discard}, and the same over HTTP.
 *
 * <pre>
 *   ParkedListCommand, ParkedShowCommand        -> ParkedSelection
 *   ParkedRedriveCommand, ParkedDiscardCommand  -> ParkedAction    -> ParkedSelection
 *   SinkParkedTasks (/api/parked of a sink service; threads of the HTTP server)
 *   ParkedTable, ParkedJson: parked tasks as text and as JSON
 * </pre>
 *
 * <p>Commands to a sink are records on its control topic; nothing changes without {@code --execute}.
 */
@NullMarked
package io.taskqueue.cli.parked;

import org.jspecify.annotations.NullMarked;
