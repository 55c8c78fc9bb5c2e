package io.taskqueue.event;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One queue mutation, as replicated: a {@link TaskEvent} with the {@link SourceMetadata} of the source that published it.
 *
 * <p>An event of kind {@link EventKind#SOURCE_STARTED} starts an epoch. It has the source's instance id and no task; its
 * position has sequence 0, which no other event has. Sinks receive neither it nor events of kind {@link EventKind#SNAPSHOT}.
 *
 * @param <T> the payload's type
 */
public final class ReplicationEvent<T> {

    private final String queueName;
    private final SourceMetadata metadata;
    private final @Nullable TaskEvent<T> change;
    private final @Nullable UUID instanceId;

    private ReplicationEvent(
            String queueName, SourceMetadata metadata, @Nullable TaskEvent<T> change, @Nullable UUID instanceId) {
        this.queueName = QueueName.require(queueName);
        this.metadata = Objects.requireNonNull(metadata, "metadata");
        this.change = change;
        this.instanceId = instanceId;
    }

    /**
     * Creates the event of a queue's mutation.
     *
     * @param queueName the queue that the mutation happened in; a restored task may have been enqueued first in another
     * @throws IllegalArgumentException if the position's sequence is 0, which starts an epoch
     */
    public static <T> ReplicationEvent<T> of(String queueName, SourceMetadata metadata, TaskEvent<T> change) {
        if (metadata.position().sequence() == 0) {
            throw new IllegalArgumentException("Sequence 0 of an epoch is reserved for SourceStarted, but " + change
                    + " of queue " + queueName + " has it. Number mutations from 1.");
        }
        return new ReplicationEvent<>(queueName, metadata, Objects.requireNonNull(change, "change"), null);
    }

    /**
     * Creates the event that starts an epoch.
     *
     * @param instanceId unique to the instance of the source
     * @throws IllegalArgumentException if the position's sequence is not 0
     */
    public static <T> ReplicationEvent<T> sourceStarted(String queueName, SourceMetadata metadata, UUID instanceId) {
        if (metadata.position().sequence() != 0) {
            throw new IllegalArgumentException("SourceStarted has sequence 0 of its epoch, but the one of queue "
                    + queueName + " has position " + metadata.position() + ".");
        }
        return new ReplicationEvent<>(queueName, metadata, null, Objects.requireNonNull(instanceId, "instanceId"));
    }

    public String queueName() {
        return queueName;
    }

    public Position position() {
        return metadata.position();
    }

    public SourceMetadata metadata() {
        return metadata;
    }

    /** The named process that emitted the event. */
    public String sourcePeerId() {
        return metadata.sourcePeerId();
    }

    /** The named process that is responsible for the task. */
    public Optional<String> ownerPeerId() {
        return Optional.ofNullable(metadata.ownerPeerId());
    }

    /** When the source accepted the event. */
    public Instant recordedAt() {
        return metadata.recordedAt();
    }

    public EventKind kind() {
        return change == null ? EventKind.SOURCE_STARTED : change.kind();
    }

    /** When the mutation happened; for SourceStarted, when the source started the epoch. */
    public Instant occurredAt() {
        return change == null ? metadata.recordedAt() : change.occurredAt();
    }

    /** The instance id of the source, on SourceStarted only. */
    public Optional<UUID> instanceId() {
        return Optional.ofNullable(instanceId);
    }

    /** The queue's mutation, empty on SourceStarted. */
    public Optional<TaskEvent<T>> change() {
        return Optional.ofNullable(change);
    }

    /**
     * The task in its state at the event.
     *
     * @throws IllegalStateException on SourceStarted, which has no task
     */
    public Task<T> task() {
        return required().task();
    }

    /** The queue's own event number; see {@link TaskEvent#number()}. Throws as {@link #task()}. */
    public long sourceEventId() {
        return required().number();
    }

    /** The task's identity. Throws as {@link #task()}. */
    public TaskId taskId() {
        return required().task().id();
    }

    /** The attempt that the event is about, from 1. Throws as {@link #task()}. */
    public int attempt() {
        return required().task().attempt();
    }

    /**
     * The task's payload.
     *
     * @throws IllegalStateException as {@link #task()}; and if the event was published without it, see {@link #hasPayload()}
     */
    public T payload() {
        return required().task().payload();
    }

    /**
     * Whether the event has the payload of its task. Not on SourceStarted, and not on most events of a source that includes the payload in the
     * first event of a task only, see {@link PayloadInclusion#FIRST_EVENT}.
     */
    public boolean hasPayload() {
        return change != null && change.task().hasPayload();
    }

    /** See {@link TaskEvent#token()}. */
    public Optional<OwnershipToken> ownershipToken() {
        return change().flatMap(TaskEvent::token);
    }

    /** See {@link TaskEvent#leaseExpiration()}. */
    public Optional<Instant> leaseExpiration() {
        return change().flatMap(TaskEvent::leaseExpiration);
    }

    /** See {@link TaskEvent#availableAt()}. */
    public Optional<Instant> availableAt() {
        return change().flatMap(TaskEvent::availableAt);
    }

    /** See {@link TaskEvent#error()}. */
    public Optional<TaskError> error() {
        return change().flatMap(TaskEvent::error);
    }

    /** See {@link TaskEvent#flags()}. */
    public Set<EventFlag> flags() {
        return change == null ? Set.of() : change.flags();
    }

    private TaskEvent<T> required() {
        if (change == null) {
            throw new IllegalStateException("SourceStarted at position " + position() + " of queue " + queueName
                    + " has no task. Check kind() first.");
        }
        return change;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ReplicationEvent<?> that
                && queueName.equals(that.queueName)
                && metadata.equals(that.metadata)
                && Objects.equals(change, that.change)
                && Objects.equals(instanceId, that.instanceId);
    }

    @Override
    public int hashCode() {
        return Objects.hash(queueName, metadata.position());
    }

    /** Everything except the payload, which may be confidential. */
    @Override
    public String toString() {
        return "event " + position() + " of queue " + queueName + " ("
                + (change == null ? EventKind.SOURCE_STARTED.wireName() : change.toString()) + ")";
    }
}
