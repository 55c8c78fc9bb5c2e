/**
 * The REST API of the console, its event stream and the files of its page.
 *
 * <pre>
 *   ConsoleApi               adds all paths; the file openapi.yaml describes them
 *     ViewEndpoint             /api/v1/view
 *     QueuesEndpoint           /api/v1/queues, queue, queue/history   &lt;- QueueOverview: rows, totals, sorted and filtered
 *     TasksEndpoint            /api/v1/tasks, task
 *     SinksEndpoint            /api/v1/sinks, sink, replay-plan
 *     ParkedEndpoint           /api/v1/parked, parked/export: reads, and decides &lt;- ParkedRequest
 *     DecisionsEndpoint        /api/v1/decisions
 *     EventsEndpoint           /api/v1/events: ViewTick each second, and a QueueTail for each queue that is followed
 *     PageFiles                /, /page/…
 *   QueryParameters          what a request asks for, validated
 *   Answers                  {asOf, behind, data} or an error, as ConsoleJson
 * </pre>
 *
 * <p>Requests run on threads of the server; events arrive on the thread that reads them, which never waits for a client. No answer contains
 * a payload or a result unless the settings allow it, and nothing is changed unless they allow it.
 */
@NullMarked
package io.taskqueue.console.api;

import org.jspecify.annotations.NullMarked;
