/**
 * The ready-made sinks and what creates them from the configuration of the {@code sink} command.
 *
 * <pre>
 *   SinkConfiguration --&gt; LogSinkFactory  --&gt; LogSink     one log line for each event
 *                     --&gt; HttpSinkFactory --&gt; HttpSink    one POST for each event; RetryAfter reads the wait of a response
 *                           HttpTransport: its HTTP client, of the JDK (JdkHttpTransport) or ApacheHttpTransport
 * </pre>
 *
 * <p>Factories are called once, before a service starts. Sinks are called on its worker threads, concurrently, and act only
 * inside effects, so that a replay repeats nothing. The sink {@code jdbc} is
 * {@link io.taskqueue.sink.jdbc.JdbcSink}; its factory is in module streams-app, which brings drivers and a pool.
 */
@NullMarked
package io.taskqueue.sinks;

import org.jspecify.annotations.NullMarked;
