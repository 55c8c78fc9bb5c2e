package io.taskqueue.queue;

import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TraceContext;
import io.taskqueue.tracing.SpanAttributes;
import io.taskqueue.tracing.TraceSpan;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The right of one worker to one attempt at a task, until it expires. End it once, by {@link #complete} or {@link #fail}.
 *
 * <p>A call on a lease that expired, or that the queue revoked when it was drained or closed, throws {@link
 * LeaseLostException} and changes nothing; a second ending throws {@link IllegalStateException}; a call on a queue that was
 * stopped throws {@link QueueClosedException}. None of the calls waits. Thread-safe.
 *
 * <pre>
 *   held -+- complete(), fail() -------------&gt; ended
 *         +- its deadline passes ------------&gt; expired
 *         +- the queue is drained or closed -&gt; revoked
 *         +- the queue is stopped -----------&gt; stopped
 * </pre>
 *
 * @param <T> the payload's type
 */
public final class Lease<T> {

    /** The queue that granted a lease; each call takes its lock. */
    interface Grantor<T> {

        void heartbeat(Lease<T> lease);

        void complete(Lease<T> lease);

        void fail(Lease<T> lease, TaskError error, boolean requeue);
    }

    final LiveTask<T> live;

    private final Grantor<T> grantor;
    private final String queueName;
    private final long number;
    private final Task<T> task;
    private final OwnershipToken token;
    private final @Nullable TaskError lastError;

    /** Written inside the queue's lock, read by any thread. */
    private volatile Instant expiresAt;

    /** How the lease ended, or null while it is held. Guarded by the queue's lock. */
    private @Nullable Ending ending;

    /** Set at the grant, before the lease is handed out. */
    private TraceSpan span = TraceSpan.NONE;

    /** @param number the queue's own number of the lease, counted from 1 */
    Lease(Grantor<T> grantor, String queueName, long number, LiveTask<T> live, TaskState.Leased<T> leased) {
        this.grantor = grantor;
        this.queueName = queueName;
        this.number = number;
        this.live = live;
        this.task = leased.task();
        this.token = leased.token();
        this.lastError = leased.lastError();
        this.expiresAt = leased.expiresAt();
    }

    /** The queue that granted the lease; a restored task may have been enqueued first in another. */
    public String queueName() {
        return queueName;
    }

    /** The task, at this lease's attempt. */
    public Task<T> task() {
        return task;
    }

    public T payload() {
        return task.payload();
    }

    /** The attempt that this lease is for, counted from 1. */
    public int attempt() {
        return task.attempt();
    }

    /**
     * The fencing token: pass it to the systems that the work writes to. Of two leases of one task, the one that was granted by the later
     * owner of the queue is later, whose source has the higher epoch; of one owner, the one with the higher attempt.
     */
    public OwnershipToken token() {
        return token;
    }

    /**
     * Why the attempt before this one failed, if there was one: the error that its holder passed to {@link #fail}, or, if the lease
     * was lost, an error with the code {@link TaskError#LEASE_EXPIRED} or {@link TaskError#LEASE_REVOKED}.
     */
    public Optional<TaskError> lastError() {
        return Optional.ofNullable(lastError);
    }

    /** When the lease expires without a further heartbeat, by the queue's clock; of an ended lease, when it would have. */
    public Instant expiresAt() {
        return expiresAt;
    }

    /**
     * Where the work is in its trace: the span of the lease or, where the queue has no {@link io.taskqueue.tracing.Tracing}, the
     * enqueue of the task, if that was traced. Pass it to other systems, where no instrumentation does so.
     */
    public Optional<TraceContext> traceContext() {
        TraceContext own = span.context();
        return Optional.ofNullable(own == null ? task.trace() : own);
    }

    /**
     * Makes the span of the lease the current one of this thread until the scope is closed, so that what the work calls becomes a part
     * of the task's trace. Does nothing where the queue has no {@link io.taskqueue.tracing.Tracing}. The span ends with the lease.
     */
    public TraceSpan.Scope makeCurrent() {
        return span.makeCurrent();
    }

    /**
     * Extends the lease by the queue's lease duration, counted from now. Does nothing within the heartbeat interval since the
     * grant or the last extension, so it may be called at any rate.
     */
    public void heartbeat() {
        grantor.heartbeat(this);
    }

    /** Ends the lease: the task is done. */
    public void complete() {
        grantor.complete(this);
    }

    /**
     * Ends the lease: the attempt failed. The next attempt follows after the requeue delay; after the last attempt the task is
     * dead.
     */
    public void fail(TaskError error) {
        fail(error, true);
    }

    /**
     * Ends the lease: the attempt failed.
     *
     * @param requeue whether another attempt follows, if the task has attempts left; otherwise it is dead
     */
    public void fail(TaskError error, boolean requeue) {
        grantor.fail(this, Objects.requireNonNull(error, "error"), requeue);
    }

    boolean isGrantedBy(Grantor<T> other) {
        return grantor == other;
    }

    /** The lease as messages name it. */
    @Override
    public String toString() {
        return "Lease L-" + number + " on task " + task.id().sequenceId() + " of queue " + queueName;
    }

    /**
     * The state of the task while the lease is held; otherwise throws the error that states how the lease ended. Needs no look at the
     * deadline: the sweep that precedes each call has ended every lease whose deadline has passed.
     */
    TaskState.Leased<T> requireHeld(String call, QueueSettings.TimeSource time) {
        if (ending != null) {
            throw ending.refusal(this, call, time.instant());
        }
        return (TaskState.Leased<T>) live.state;
    }

    /** The span of the lease has started. */
    void traced(TraceSpan started) {
        span = started;
    }

    void extend(Instant laterExpiresAt) {
        expiresAt = laterExpiresAt;
    }

    void end(Ending how) {
        if (ending != null) {
            throw new IllegalStateException(this + " has ended already. This is a defect.");
        }
        ending = how;
        if (span != TraceSpan.NONE) {
            how.describe(span, (TaskState.Leased<T>) live.state);
            span.end();
        }
    }

    /** How a lease ended, and the error of a call that comes afterwards. */
    sealed interface Ending {

        RuntimeException refusal(Lease<?> lease, String call, Instant now);

        /** Adds to the span of the lease how it ended. */
        void describe(TraceSpan span, TaskState.Leased<?> lease);

        /** Its holder ended it; with an error, if the attempt failed. */
        record Ended(String by, Instant at, @Nullable TaskError error) implements Ending {
            @Override
            public void describe(TraceSpan span, TaskState.Leased<?> lease) {
                Ending.describe(span, error == null ? "completed" : "failed", error);
            }

            @Override
            public RuntimeException refusal(Lease<?> lease, String call, Instant now) {
                return new IllegalStateException(lease + " has ended: " + by + " ended it at " + time(at) + ", " + call
                        + " came at " + time(now) + ". End a lease once, and do not use it afterwards.");
            }
        }

        /** Its holder lost it. */
        sealed interface Lost extends Ending {

            /** The loss as the task's last error. */
            TaskError error(TaskState.Leased<?> lease);

            @Override
            default void describe(TraceSpan span, TaskState.Leased<?> lease) {
                Ending.describe(span, this instanceof Expired ? "expired" : "revoked", error(lease));
            }
        }

        /** Its deadline passed. */
        record Expired(Instant at) implements Lost {
            @Override
            public TaskError error(TaskState.Leased<?> lease) {
                return lost(
                        TaskError.LEASE_EXPIRED,
                        "The lease of attempt " + lease.token().attempt() + " expired at " + at
                                + ": its holder had neither ended nor extended it.",
                        lease);
            }

            @Override
            public RuntimeException refusal(Lease<?> lease, String call, Instant now) {
                return new LeaseLostException(lease + " was lost: it expired at " + time(at) + ", " + call + " came at "
                        + time(now) + ". Raise leaseDuration or call heartbeat().");
            }
        }

        /** The queue took it back because the queue was drained or closed. */
        record Revoked(String by, Instant at) implements Lost {
            @Override
            public TaskError error(TaskState.Leased<?> lease) {
                return lost(
                        TaskError.LEASE_REVOKED,
                        "The lease of attempt " + lease.token().attempt() + " was revoked by " + by + " at " + at
                                + ": its holder had not ended it.",
                        lease);
            }

            @Override
            public RuntimeException refusal(Lease<?> lease, String call, Instant now) {
                return new LeaseLostException(lease + " was lost: " + by + " revoked it at " + time(at) + ", " + call
                        + " came at " + time(now) + ". Give " + by + " more time to wait for running work.");
            }
        }

        /** Its queue was stopped. */
        record Stopped(QueueLifecycle lifecycle) implements Ending {
            @Override
            public void describe(TraceSpan span, TaskState.Leased<?> lease) {
                Ending.describe(span, "stopped", null);
            }

            @Override
            public RuntimeException refusal(Lease<?> lease, String call, Instant now) {
                return lifecycle.refusal(lease.queueName, call);
            }
        }

        private static void describe(TraceSpan span, String outcome, @Nullable TaskError error) {
            span.attribute(SpanAttributes.OUTCOME, outcome);
            if (error != null) {
                span.fail(error.code() == null ? outcome : error.code(), error.message(), null);
            }
        }

        private static TaskError lost(String code, String message, TaskState.Leased<?> lease) {
            OwnershipToken token = lease.token();
            Map<String, String> metadata = new LinkedHashMap<>();
            metadata.put(TaskError.DEADLINE, lease.expiresAt().toString());
            metadata.put(TaskError.ATTEMPT, String.valueOf(token.attempt()));
            metadata.put(TaskError.LEASE_ID, token.leaseId().toString());
            return new TaskError(code, message, metadata);
        }

        private static String time(Instant instant) {
            return TimeOfDay.FORMAT.format(instant.atOffset(ZoneOffset.UTC));
        }
    }

    /** The time of day in UTC, with as many digits as two calls differ by. */
    private static final class TimeOfDay {

        private static final DateTimeFormatter FORMAT = new DateTimeFormatterBuilder()
                .appendPattern("HH:mm:ss")
                .appendFraction(ChronoField.NANO_OF_SECOND, 0, 3, true)
                .appendLiteral('Z')
                .toFormatter();
    }
}
