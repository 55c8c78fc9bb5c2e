package io.taskqueue.tracing;

import io.taskqueue.event.TraceContext;
import org.jspecify.annotations.Nullable;

/** A span whose failures are logged and do not reach the work that it covers. */
final class GuardedSpan implements TraceSpan {

    private final TraceSpan span;
    private final String name;
    private final TracingFailures failures;
    private final @Nullable TraceContext context;

    GuardedSpan(TraceSpan span, String name, TracingFailures failures) {
        this.span = span;
        this.name = name;
        this.failures = failures;
        this.context = span.context();
    }

    /** The span itself. */
    TraceSpan span() {
        return span;
    }

    @Override
    public @Nullable TraceContext context() {
        return context;
    }

    @Override
    public Scope makeCurrent() {
        try {
            Scope scope = span.makeCurrent();
            return () -> guard(scope::close);
        } catch (Throwable e) {
            failures.add("span " + name, e);
            return Scope.NONE;
        }
    }

    @Override
    public void attribute(String attribute, String value) {
        guard(() -> span.attribute(attribute, value));
    }

    @Override
    public void fail(String type, @Nullable String message, @Nullable Throwable cause) {
        guard(() -> span.fail(type, message, cause));
    }

    @Override
    public void end() {
        guard(span::end);
    }

    private void guard(Runnable call) {
        try {
            call.run();
        } catch (Throwable e) {
            failures.add("span " + name, e);
        }
    }
}
