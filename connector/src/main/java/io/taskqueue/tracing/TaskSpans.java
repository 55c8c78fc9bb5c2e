package io.taskqueue.tracing;

import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TraceContext;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The spans of this project: their names, parents and attributes.
 *
 * <pre>
 *   the caller's span
 *     +- enqueue QUEUE                  PRODUCER   the task carries this context from here on
 *          +- lease QUEUE               CONSUMER   each attempt, from its grant to its end; links to the worker's span
 *          +- apply QUEUE               CONSUMER   each attempt of a sink at an event of the task
 *               +- effect NAME          CLIENT     each run of an action
 *
 *   apply QUEUE, in a replay            CONSUMER   a trace of its own, linked to the context that the task carries
 * </pre>
 *
 * <p>The spans that this returns never throw. Thread-safe.
 *
 * <p>Public for the other packages of this project; not part of the API.
 */
public final class TaskSpans {

    /** No spans. */
    public static final TaskSpans NONE = new TaskSpans(Tracing.NONE);

    private static final String SYSTEM_NAME = "taskqueue";

    private final Tracing tracing;
    private final TracingFailures failures = new TracingFailures();

    private TaskSpans(Tracing tracing) {
        this.tracing = Objects.requireNonNull(tracing, "tracing");
    }

    public static TaskSpans of(Tracing tracing) {
        return tracing == Tracing.NONE ? NONE : new TaskSpans(tracing);
    }

    /** Whether there are spans at all. */
    public boolean isOn() {
        return tracing != Tracing.NONE;
    }

    /** The enqueue of some tasks, which are part of the trace of the caller. */
    public TraceSpan enqueue(String queue, int tasks) {
        Map<String, String> attributes = messaging("enqueue", "send", queue);
        if (tasks != 1) {
            attributes.put(SpanAttributes.BATCH, String.valueOf(tasks));
        }
        return start("enqueue " + queue, SpanRole.PRODUCER, new SpanParent.Current(), attributes);
    }

    /** One attempt at a task, from the grant of its lease to its end. */
    public TraceSpan lease(String queue, Task<?> task, OwnershipToken token) {
        Map<String, String> attributes = messaging("lease", "process", queue);
        attributes.put(SpanAttributes.TASK, task.id().toString());
        attributes.put(SpanAttributes.ATTEMPT, String.valueOf(task.attempt()));
        attributes.put(SpanAttributes.LEASE, token.leaseId().toString());
        return start("lease " + queue, SpanRole.CONSUMER, remoteOrCurrent(task.trace()), attributes);
    }

    /** One attempt of a sink to apply an event. */
    public TraceSpan apply(String sink, ReplicationEvent<?> event, boolean replay) {
        Map<String, String> attributes = messaging("apply", "process", event.queueName());
        attributes.put(SpanAttributes.SINK, sink);
        attributes.put(SpanAttributes.KIND, event.kind().wireName());
        attributes.put(SpanAttributes.POSITION, event.position().toString());
        TraceContext trace = null;
        TaskEvent<?> change = event.change().orElse(null);
        if (change != null) {
            attributes.put(SpanAttributes.TASK, change.task().id().toString());
            attributes.put(SpanAttributes.ATTEMPT, String.valueOf(change.task().attempt()));
            trace = change.task().trace();
        }
        SpanParent parent = remoteOrCurrent(trace);
        if (replay) {
            attributes.put(SpanAttributes.REPLAY, "true");
            parent = trace == null ? parent : new SpanParent.Linked(trace);
        }
        return start("apply " + event.queueName(), SpanRole.CONSUMER, parent, attributes);
    }

    /**
     * One run of the action of an effect.
     *
     * @param within the span of {@link #apply}
     * @param key the idempotency key of the effect, as text
     */
    public TraceSpan effect(TraceSpan within, String sink, String effect, String key) {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put(SpanAttributes.SYSTEM, SYSTEM_NAME);
        attributes.put(SpanAttributes.SINK, sink);
        attributes.put(SpanAttributes.EFFECT, effect);
        attributes.put(SpanAttributes.EFFECT_KEY, key);
        SpanParent parent = within instanceof GuardedSpan guarded
                ? new SpanParent.Within(guarded.span())
                : new SpanParent.Current();
        return start("effect " + effect, SpanRole.CLIENT, parent, attributes);
    }

    private static Map<String, String> messaging(String operation, String type, String queue) {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put(SpanAttributes.SYSTEM, SYSTEM_NAME);
        attributes.put(SpanAttributes.OPERATION, operation);
        attributes.put(SpanAttributes.OPERATION_TYPE, type);
        attributes.put(SpanAttributes.QUEUE, queue);
        return attributes;
    }

    private static SpanParent remoteOrCurrent(@Nullable TraceContext trace) {
        return trace == null ? new SpanParent.Current() : new SpanParent.Remote(trace);
    }

    private TraceSpan start(String name, SpanRole role, SpanParent parent, Map<String, String> attributes) {
        try {
            TraceSpan span = tracing.start(new SpanStart(name, role, parent, attributes));
            return span == TraceSpan.NONE ? span : new GuardedSpan(span, name, failures);
        } catch (Throwable e) { // neither a queue nor a sink depends on a span
            failures.add("the start of span " + name, e);
            return TraceSpan.NONE;
        }
    }
}
