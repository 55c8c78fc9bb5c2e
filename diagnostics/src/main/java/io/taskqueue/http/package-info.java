/**
 * The HTTP servers of this project: what the diagnostics and the console have in common.
 *
 * <pre>
 *   HttpServer              Javalin and Jetty with threads, limits, headers and errors; HttpServerSettings
 *   AccessControl           which requests are granted: token, Host, Origin
 *   ClientDeadlines         how many connections wait for their client, and how long
 *   HealthEndpoint          /health/live, /health/ready: checks that fail, and notes
 *   MetricsEndpoint         /metrics
 *   JsonRequests            which bodies are accepted
 *   JsonResponses           bodies
 *   ServerSentEvents        the bytes of an event stream
 *   StreamClients           the clients of an event stream: StreamClient, each with its ClientBuffer
 * </pre>
 *
 * <p>Used by the servers of {@code diagnostics} and {@code console}, on threads of the server. Nothing here waits for a client on a thread
 * that delivers events. Public for the other packages of this project; not part of the API.
 */
@NullMarked
package io.taskqueue.http;

import org.jspecify.annotations.NullMarked;
