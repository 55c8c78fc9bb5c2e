package io.taskqueue.tracing;

import io.taskqueue.event.TraceContext;

/** Which trace a new span belongs to. */
public sealed interface SpanParent {

    /** The current span of the thread, if it has one; otherwise the span begins a trace. */
    record Current() implements SpanParent {}

    /** A span of another thread or process. A current span of the thread that belongs to another trace is linked. */
    record Remote(TraceContext context) implements SpanParent {}

    /** None: the span begins a trace, which is linked to that of a span of the past. */
    record Linked(TraceContext context) implements SpanParent {}

    /** A span of this process that has not ended, on whichever thread. */
    record Within(TraceSpan span) implements SpanParent {}
}
