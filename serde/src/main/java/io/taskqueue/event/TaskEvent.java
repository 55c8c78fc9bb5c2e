package io.taskqueue.event;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One mutation of a queue, as the queue emits it: what listeners and the journal receive, before a source assigns a position.
 *
 * <p>The kind of an event determines which parts it has; no other combination can be built:
 *
 * <pre>
 *   kind           token            lease expiration   available at         error      payload    flags
 *   Enqueued       –                –                  if it is delayed     –          yes        –
 *   Available      –                –                  –                    –          optional   –
 *   LeaseGranted   this attempt     yes                –                    –          optional   –
 *   Heartbeat      this attempt     yes                –                    –          optional   –
 *   Completed      this attempt     –                  –                    –          optional   –
 *   Failed         this attempt     –                  if another follows   yes        optional   –
 *   LeaseExpired   this attempt     when it ended      if another follows   optional   optional   FromExpiration
 *   Requeued       previous attempt –                  –                    optional   optional   –
 *   DeadLettered   this attempt     –                  –                    optional   yes        DeadLetter
 *   Drained        by state         –                  –                    optional   yes        FromDrain
 *   … handed over  by state         –                  by state             optional   yes        FromDrain, HandOver
 *   Restored       by state         by state           by state             optional   yes        –
 *   Snapshot       by state         by state           by state             optional   yes        –
 * </pre>
 *
 * <p>A queue emits each event with its payload. Where it is optional, a source may publish the event without it, see {@link PayloadInclusion}.
 *
 * <p>Where an event shows the state of its task, its parts do so:
 *
 * <pre>
 *   state     token               lease expiration   available at
 *   leased    this attempt        yes                –
 *   delayed   previous attempt,   –                  yes
 *             or – before the first
 *   pending   optional, older     –                  –              of a Snapshot: optionally since which event
 * </pre>
 */
public final class TaskEvent<T> {

    private final EventKind kind;
    private final long number;
    private final Instant occurredAt;
    private final Task<T> task;
    private final @Nullable OwnershipToken token;
    private final @Nullable Instant leaseExpiration;
    private final @Nullable Instant availableAt;
    private final @Nullable Long pendingSince;
    private final @Nullable TaskError error;
    private final Set<EventFlag> flags;

    private TaskEvent(Builder<T> from) {
        this.kind = from.kind;
        this.number = from.number;
        this.occurredAt = from.occurredAt;
        this.task = from.task;
        this.token = from.token;
        this.leaseExpiration = from.leaseExpiration;
        this.availableAt = from.availableAt;
        this.pendingSince = from.pendingSince;
        this.error = from.error;
        this.flags = EventFlag.set(from.flags);
        TaskEventRules.check(this);
    }

    /**
     * Starts building an event, with the parts that every event has.
     *
     * @param number the queue's own event number since it was created, from 1
     */
    public static <T> Builder<T> builder(EventKind kind, long number, Instant occurredAt, Task<T> task) {
        return new Builder<>(kind, number, occurredAt, task);
    }

    public EventKind kind() {
        return kind;
    }

    /** The queue's own event number since it was created, from 1. */
    public long number() {
        return number;
    }

    /** When the mutation happened, by the queue's clock. */
    public Instant occurredAt() {
        return occurredAt;
    }

    public Task<T> task() {
        return task;
    }

    /** The token of the lease that the event is about, or of the task's last lease. */
    public Optional<OwnershipToken> token() {
        return Optional.ofNullable(token);
    }

    /** When the lease expires or expired. */
    public Optional<Instant> leaseExpiration() {
        return Optional.ofNullable(leaseExpiration);
    }

    /**
     * When the next attempt may begin, of a task that waits for it: written on Enqueued if the task was enqueued with a delay, on Failed and
     * LeaseExpired if another attempt follows, and where an event shows the state of its task (Snapshot, Restored, a hand-over).
     */
    public Optional<Instant> availableAt() {
        return Optional.ofNullable(availableAt);
    }

    /**
     * The number of the event since which the task is pending, on the Snapshot of a pending task: pending tasks of the same priority are leased in
     * the order of these numbers, which the Snapshot does not change.
     */
    public OptionalLong pendingSince() {
        return pendingSince == null ? OptionalLong.empty() : OptionalLong.of(pendingSince);
    }

    /** Why the attempt failed, how its lease was lost, or the task's last error. */
    public Optional<TaskError> error() {
        return Optional.ofNullable(error);
    }

    public Set<EventFlag> flags() {
        return flags;
    }

    /** The same event with that payload. */
    public TaskEvent<T> withPayload(T payload) {
        return withTask(task.withPayload(payload));
    }

    /**
     * The same event without its payload.
     *
     * @throws IllegalArgumentException if every event of the kind {@linkplain EventKind#requiresPayload() has a payload}
     */
    public TaskEvent<T> withoutPayload() {
        return withTask(task.withoutPayload());
    }

    private TaskEvent<T> withTask(Task<T> other) {
        Builder<T> copy = builder(kind, number, occurredAt, other)
                .token(token)
                .leaseExpiration(leaseExpiration)
                .availableAt(availableAt)
                .error(error);
        copy.pendingSince = pendingSince;
        flags.forEach(copy::flag);
        return copy.build();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TaskEvent<?> that
                && kind == that.kind
                && number == that.number
                && occurredAt.equals(that.occurredAt)
                && task.equals(that.task)
                && Objects.equals(token, that.token)
                && Objects.equals(leaseExpiration, that.leaseExpiration)
                && Objects.equals(availableAt, that.availableAt)
                && Objects.equals(pendingSince, that.pendingSince)
                && Objects.equals(error, that.error)
                && flags.equals(that.flags);
    }

    @Override
    public int hashCode() {
        return Objects.hash(kind, number, task.id());
    }

    /** Everything except the payload, which may be confidential. */
    @Override
    public String toString() {
        return kind.wireName() + " #" + number + " of task " + task.id() + ", attempt " + task.attempt();
    }

    /** Collects the parts of an event; {@link #build()} checks them against its kind. Not thread-safe. */
    public static final class Builder<T> {

        private final EventKind kind;
        private final long number;
        private final Instant occurredAt;
        private final Task<T> task;
        private @Nullable OwnershipToken token;
        private @Nullable Instant leaseExpiration;
        private @Nullable Instant availableAt;
        private @Nullable Long pendingSince;
        private @Nullable TaskError error;
        private int flags; // one bit for each, as in EventFlag.set

        private Builder(EventKind kind, long number, Instant occurredAt, Task<T> task) {
            this.kind = Objects.requireNonNull(kind, "kind");
            this.number = number;
            this.occurredAt = Objects.requireNonNull(occurredAt, "occurredAt");
            this.task = Objects.requireNonNull(task, "task");
        }

        public Builder<T> token(@Nullable OwnershipToken token) {
            this.token = token;
            return this;
        }

        public Builder<T> leaseExpiration(@Nullable Instant leaseExpiration) {
            this.leaseExpiration = leaseExpiration;
            return this;
        }

        public Builder<T> availableAt(@Nullable Instant availableAt) {
            this.availableAt = availableAt;
            return this;
        }

        /** @param number the number of an earlier event */
        public Builder<T> pendingSince(long number) {
            this.pendingSince = number;
            return this;
        }

        public Builder<T> error(@Nullable TaskError error) {
            this.error = error;
            return this;
        }

        public Builder<T> flag(EventFlag flag) {
            flags |= flag.bit();
            return this;
        }

        /** @throws IllegalArgumentException if the parts do not fit the kind; the message names the wrong part */
        public TaskEvent<T> build() {
            return new TaskEvent<>(this);
        }
    }
}
