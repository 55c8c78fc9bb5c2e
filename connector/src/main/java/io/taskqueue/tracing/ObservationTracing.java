package io.taskqueue.tracing;

import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.ReceiverContext;
import io.micrometer.observation.transport.SenderContext;
import io.taskqueue.event.TraceContext;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Observations of Micrometer: a timer for each, and a span where the application has connected Micrometer's tracing, whose propagation must
 * be that of W3C Trace Context.
 *
 * <pre>
 *   observation          a value of each timer
 *   taskqueue.enqueue    queue, outcome
 *   taskqueue.lease      queue, outcome
 *   taskqueue.apply      queue, sink, kind of the event, outcome
 *   taskqueue.effect     sink, effect
 * </pre>
 *
 * <p>Queues and effects beyond the first {@value #MAX_VALUES} each are {@code other} in timers, so that their number is bounded; spans have
 * their names. Observations have no links: a replay names the trace of the task in {@value #LINKED_TRACE}.
 */
public final class ObservationTracing implements Tracing {

    /** How many queues, and how many effects, are measured each by itself. */
    public static final int MAX_VALUES = 100;

    /** The name of the key value of a replay that has the trace of the task. */
    public static final String LINKED_TRACE = "taskqueue.linked.trace_id";

    private static final String OTHER = "other";
    private static final String NOT_ENDED = "none";

    /** What timers distinguish; all else is in spans only. */
    private static final Set<String> OF_TIMERS =
            Set.of(SpanAttributes.QUEUE, SpanAttributes.SINK, SpanAttributes.KIND, SpanAttributes.OUTCOME);

    private final ObservationRegistry registry;
    private final Set<String> queues = ConcurrentHashMap.newKeySet();
    private final Set<String> effects = ConcurrentHashMap.newKeySet();

    private ObservationTracing(ObservationRegistry registry) {
        this.registry = Objects.requireNonNull(registry, "registry");
    }

    /** Observations of this registry. */
    public static ObservationTracing of(ObservationRegistry registry) {
        return new ObservationTracing(registry);
    }

    @Override
    public TraceSpan start(SpanStart start) {
        Map<String, String> sent = new HashMap<>();
        Observation observation = Observation.createNotStarted(nameOf(start), () -> context(start, sent), registry)
                .contextualName(start.name());
        if (start.parent() instanceof SpanParent.Within within && within.span() instanceof Observed parent) {
            observation.parentObservation(parent.observation);
        }
        start.attributes().forEach((name, value) -> add(observation, name, value));
        if (start.role() != SpanRole.CLIENT) {
            observation.lowCardinalityKeyValue(SpanAttributes.OUTCOME, NOT_ENDED);
        }
        if (start.parent() instanceof SpanParent.Linked linked) {
            observation.highCardinalityKeyValue(LINKED_TRACE, linked.context().traceId());
        }
        return new Observed(observation.start(), sent);
    }

    private static String nameOf(SpanStart start) {
        return "taskqueue." + start.attributes().getOrDefault(SpanAttributes.OPERATION, "effect");
    }

    /** What tells the handlers of Micrometer's tracing where the trace comes from, or that it is to be passed on. */
    private static Observation.Context context(SpanStart start, Map<String, String> sent) {
        if (start.role() != SpanRole.CONSUMER) {
            SenderContext<Map<String, String>> context = new SenderContext<>(
                    (headers, name, value) -> {
                        if (headers != null) {
                            headers.put(name, value);
                        }
                    },
                    start.role() == SpanRole.PRODUCER ? Kind.PRODUCER : Kind.CLIENT);
            context.setCarrier(sent);
            return context;
        }
        if (start.parent() instanceof SpanParent.Remote remote) {
            ReceiverContext<TraceContext> context = new ReceiverContext<>(ObservationTracing::header, Kind.CONSUMER);
            context.setCarrier(remote.context());
            return context;
        }
        return new Observation.Context();
    }

    private static @Nullable String header(TraceContext trace, String name) {
        return switch (name) {
            case TraceContext.TRACEPARENT -> trace.traceparent();
            case TraceContext.TRACESTATE -> trace.tracestate();
            default -> null;
        };
    }

    private void add(Observation observation, String name, String value) {
        if (name.equals(SpanAttributes.QUEUE)) {
            observation.lowCardinalityKeyValue(name, bounded(queues, value));
        } else if (name.equals(SpanAttributes.EFFECT)) {
            observation.lowCardinalityKeyValue(name, bounded(effects, value));
        } else if (OF_TIMERS.contains(name)) {
            observation.lowCardinalityKeyValue(name, value);
        } else {
            observation.highCardinalityKeyValue(KeyValue.of(name, value));
        }
    }

    private static String bounded(Set<String> known, String value) {
        if (known.contains(value)) {
            return value;
        }
        if (known.size() >= MAX_VALUES) { // several threads may add a few more: there is a bound all the same
            return OTHER;
        }
        known.add(value);
        return value;
    }

    /** An observation that has started. */
    private final class Observed implements TraceSpan {

        private final Observation observation;
        private final Map<String, String> sent;

        Observed(Observation observation, Map<String, String> sent) {
            this.observation = observation;
            this.sent = sent;
        }

        @Override
        public @Nullable TraceContext context() {
            return TraceContext.parse(sent.get(TraceContext.TRACEPARENT), sent.get(TraceContext.TRACESTATE))
                    .orElse(null);
        }

        @Override
        public Scope makeCurrent() {
            Observation.Scope scope = observation.openScope();
            return scope::close;
        }

        @Override
        public void attribute(String name, String value) {
            add(observation, name, value);
        }

        @Override
        public void fail(String type, @Nullable String message, @Nullable Throwable cause) {
            observation.error(cause == null ? new FailedAttempt(type, message) : cause);
        }

        @Override
        public void end() {
            observation.stop();
        }
    }

    /** The failure of an attempt that no exception ended. */
    static final class FailedAttempt extends Exception {

        private static final long serialVersionUID = 1L;

        FailedAttempt(String type, @Nullable String message) {
            super(message == null ? type : type + ": " + message, null, false, false);
        }
    }
}
