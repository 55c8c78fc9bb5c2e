/**
 * Diagnostics of a dispatcher or a sink service over HTTP.
 *
 * <pre>
 *   DiagnosticsServer (built once, here everything is wired)
 *     io.taskqueue.http                the server, and which requests are granted
 *     EventStreamEndpoint              /diagnostics/taskqueue: EventFeed -> DiagnosticsEvent -> StreamClient
 *     HealthCheck                      what /health/ready and /health/live ask
 *     ParkedTasksEndpoint              /api/parked: ParkedTaskOperations
 *   DispatcherEventFeed                the feed of a queue and its source
 * </pre>
 *
 * <p>The application starts the server; requests run on threads of the server. Events are encoded on the thread of the feed, which
 * never waits for a client. No response contains a payload unless the application enables it.
 */
@NullMarked
package io.taskqueue.diagnostics;

import org.jspecify.annotations.NullMarked;
