package io.taskqueue.queue;

import io.taskqueue.event.TaskId;
import io.taskqueue.event.TraceContext;
import io.taskqueue.tracing.SpanAttributes;
import io.taskqueue.tracing.TraceSpan;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The span of one call that enqueues, from before its payload is encoded until it returns; its waiting is a part of it. */
final class EnqueueSpan {

    /** An enqueue of tasks that carry the context of the span. */
    @FunctionalInterface
    interface Call<R> {
        Optional<R> perform(@Nullable TraceContext trace) throws InterruptedException;
    }

    private EnqueueSpan() {}

    static <R> Optional<R> around(QueueSettings<?> settings, int tasks, Call<R> call) throws InterruptedException {
        TraceSpan span = settings.spans().enqueue(settings.name(), tasks);
        try {
            Optional<R> result = call.perform(span.context());
            result.ifPresentOrElse(
                    enqueued -> accepted(span, enqueued), () -> span.attribute(SpanAttributes.OUTCOME, "timeout"));
            return result;
        } catch (Throwable e) {
            span.fail(e.getClass().getName(), e.getMessage(), e);
            throw e;
        } finally {
            span.end();
        }
    }

    private static void accepted(TraceSpan span, Object enqueued) {
        if (enqueued instanceof TaskId id) {
            span.attribute(SpanAttributes.TASK, id.toString());
        }
        span.attribute(SpanAttributes.OUTCOME, "accepted");
    }
}
