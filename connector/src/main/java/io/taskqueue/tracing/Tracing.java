package io.taskqueue.tracing;

/**
 * Where the spans of tasks, events and effects go. {@link OpenTelemetryTracing} and {@link ObservationTracing} implement it; queues and
 * sinks have {@link #NONE} unless they are given another.
 *
 * <p>Implementations are thread-safe. A call must not block: the spans of leases are started and ended inside the lock of their queue. What
 * a call throws is logged, and the work continues without the span.
 */
@FunctionalInterface
public interface Tracing {

    /** No spans: nothing is measured, and nothing is allocated. The trace of a task is passed on all the same. */
    Tracing NONE = start -> TraceSpan.NONE;

    /** Starts a span, on the thread that does the work or begins it. It is ended once, on any thread. */
    TraceSpan start(SpanStart start);
}
