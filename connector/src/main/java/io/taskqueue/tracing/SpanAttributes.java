package io.taskqueue.tracing;

/**
 * The names of attributes of spans. Those that begin with {@code messaging.} are of OpenTelemetry's semantic conventions for messaging;
 * {@code error.type} is set when a span fails.
 */
public final class SpanAttributes {

    /** Always {@code taskqueue}. */
    public static final String SYSTEM = "messaging.system";

    /** {@code enqueue}, {@code lease} or {@code apply}. */
    public static final String OPERATION = "messaging.operation.name";

    /** {@code send} for an enqueue, {@code process} for a lease and for the application of an event. */
    public static final String OPERATION_TYPE = "messaging.operation.type";

    /** The queue. */
    public static final String QUEUE = "messaging.destination.name";

    /** The task. */
    public static final String TASK = "messaging.message.id";

    /** How many tasks one call enqueues, if there may be several. */
    public static final String BATCH = "messaging.batch.message_count";

    /** The sink that applies the event, or that the effect belongs to. */
    public static final String SINK = "messaging.consumer.group.name";

    /** The attempt at the task that the span is about. */
    public static final String ATTEMPT = "taskqueue.attempt";

    /** The lease, as in the ownership token. */
    public static final String LEASE = "taskqueue.lease.id";

    /** The kind of the event. */
    public static final String KIND = "taskqueue.event.kind";

    /** The position of the event in its queue's history, as {@code epoch/sequence}. */
    public static final String POSITION = "taskqueue.event.position";

    /** Whether the event is applied in a replay: {@code true}, or absent. */
    public static final String REPLAY = "taskqueue.replay";

    /** The effect's name. */
    public static final String EFFECT = "taskqueue.effect";

    /** The idempotency key that the action got. */
    public static final String EFFECT_KEY = "taskqueue.effect.key";

    /**
     * What the work led to. Of a lease: {@code completed}, {@code failed}, {@code expired}, {@code revoked} or {@code stopped}; of an
     * event: {@code applied}, {@code failed}, {@code parked}, {@code stopped} or {@code interrupted}; of an enqueue that reached its time
     * limit: {@code timeout}.
     */
    public static final String OUTCOME = "taskqueue.outcome";

    /** How many effects of the event ran in this attempt. */
    public static final String EFFECTS_RUN = "taskqueue.effects.run";

    /** How many effects of the event had a recorded result, so that they did not run. */
    public static final String EFFECTS_REUSED = "taskqueue.effects.reused";

    private SpanAttributes() {}
}
