/**
 * Distributed tracing: the spans of tasks, events and effects, without a type of a tracing library in any other package.
 *
 * <pre>
 *   Tracing                 where spans go: one method. NONE unless a queue or sink is given another
 *     OpenTelemetryTracing    to OpenTelemetry, whose API the application brings
 *     ObservationTracing      to Micrometer's observations, and from there to timers and spans
 *   SpanStart               a span that is to start: SpanRole, SpanParent, and facts named by SpanAttributes
 *   TraceSpan               one that has started
 *   TaskSpans               the spans of this project: called by queue, sink.effect; GuardedSpan and TracingFailures keep their failures
 *                           from the work
 * </pre>
 *
 * <p>Called by the threads that do the work; leases start and end inside the lock of their queue, so nothing here waits. Never: a failure
 * of the tracing changes what a queue or sink does; or anything is allocated where there is no tracing.
 *
 * <p>All but the two implementations depends on {@code java.*}, JSpecify and {@code io.taskqueue.event} only.
 */
@NullMarked
package io.taskqueue.tracing;

import org.jspecify.annotations.NullMarked;
