package io.taskqueue.tracing;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.taskqueue.event.TraceContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Spans of OpenTelemetry. Needs {@code opentelemetry-api} on the class path of the application; this library does not bring it, and no
 * other class of it needs it.
 *
 * <p>Export spans in batches: a span processor that waits for its exporter would hold the lock of a queue meanwhile.
 */
public final class OpenTelemetryTracing implements Tracing {

    private static final String SCOPE = "io.taskqueue";
    private static final String ERROR_TYPE = "error.type";

    private final Tracer tracer;

    private OpenTelemetryTracing(Tracer tracer) {
        this.tracer = tracer;
    }

    /** Spans of this instance. */
    public static OpenTelemetryTracing of(OpenTelemetry openTelemetry) {
        return new OpenTelemetryTracing(
                Objects.requireNonNull(openTelemetry, "openTelemetry").getTracer(SCOPE));
    }

    /** Spans of the global instance, which the Java agent of OpenTelemetry, or the application, has set. */
    public static OpenTelemetryTracing ofGlobal() {
        return of(GlobalOpenTelemetry.get());
    }

    @Override
    public TraceSpan start(SpanStart start) {
        SpanBuilder builder = tracer.spanBuilder(start.name()).setSpanKind(kind(start.role()));
        Context parent = parent(builder, start.parent());
        start.attributes().forEach(builder::setAttribute);
        Span span = builder.setParent(parent).startSpan();
        return new Started(span, parent.with(span));
    }

    private static SpanKind kind(SpanRole role) {
        return switch (role) {
            case PRODUCER -> SpanKind.PRODUCER;
            case CONSUMER -> SpanKind.CONSUMER;
            case CLIENT -> SpanKind.CLIENT;
        };
    }

    /** The parent of a new span; adds its links. */
    private static Context parent(SpanBuilder builder, SpanParent parent) {
        Context current = Context.current();
        if (parent instanceof SpanParent.Within within) {
            return within.span() instanceof Started started ? started.context : current;
        }
        if (parent instanceof SpanParent.Remote remote) {
            SpanContext here = Span.fromContext(current).getSpanContext();
            Context there = read(remote.context(), current);
            if (here.isValid() && !here.getTraceId().equals(remote.context().traceId())) {
                builder.addLink(here);
            }
            return there;
        }
        if (parent instanceof SpanParent.Linked linked) {
            builder.addLink(
                    Span.fromContext(read(linked.context(), Context.root())).getSpanContext());
            return current.with(Span.getInvalid());
        }
        return current;
    }

    private static Context read(TraceContext trace, Context base) {
        return W3CTraceContextPropagator.getInstance().extract(base, trace, Fields.INSTANCE);
    }

    /** A context as the headers that the propagator reads. */
    private enum Fields implements TextMapGetter<TraceContext> {
        INSTANCE;

        @Override
        public Iterable<String> keys(TraceContext trace) {
            return List.of(TraceContext.TRACEPARENT, TraceContext.TRACESTATE);
        }

        @Override
        public @Nullable String get(@Nullable TraceContext trace, String name) {
            if (trace == null) {
                return null;
            }
            return switch (name) {
                case TraceContext.TRACEPARENT -> trace.traceparent();
                case TraceContext.TRACESTATE -> trace.tracestate();
                default -> null;
            };
        }
    }

    /** A span of OpenTelemetry, and the context in which it is the current one. */
    private static final class Started implements TraceSpan {

        private final Span span;
        private final Context context;

        Started(Span span, Context context) {
            this.span = span;
            this.context = context;
        }

        @Override
        public @Nullable TraceContext context() {
            Map<String, String> headers = new HashMap<>();
            W3CTraceContextPropagator.getInstance().inject(context, headers, Started::set);
            return TraceContext.parse(headers.get(TraceContext.TRACEPARENT), headers.get(TraceContext.TRACESTATE))
                    .orElse(null);
        }

        private static void set(@Nullable Map<String, String> headers, String name, String value) {
            if (headers != null) {
                headers.put(name, value);
            }
        }

        @Override
        @SuppressWarnings("MustBeClosedChecker") // closed by the scope that is returned
        public Scope makeCurrent() {
            io.opentelemetry.context.Scope scope = context.makeCurrent();
            return scope::close;
        }

        @Override
        public void attribute(String name, String value) {
            span.setAttribute(name, value);
        }

        @Override
        public void fail(String type, @Nullable String message, @Nullable Throwable cause) {
            span.setAttribute(ERROR_TYPE, type);
            if (message == null) {
                span.setStatus(StatusCode.ERROR);
            } else {
                span.setStatus(StatusCode.ERROR, message);
            }
            if (cause != null) {
                span.recordException(cause);
            }
        }

        @Override
        public void end() {
            span.end();
        }
    }
}
