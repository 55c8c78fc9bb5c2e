package io.taskqueue.console.fold;

import io.taskqueue.event.EventFlag;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.function.Consumer;

/** The events of one queue, as its source would number them; each occurs a second after the one before. */
public final class ViewEvents {

    public static final Instant BEGIN = Instant.parse("2026-11-01T10:00:00Z");
    public static final Duration LEASE = Duration.ofSeconds(30);
    public static final Duration DELAY = Duration.ofSeconds(5);

    private final String queue;
    private long epoch;
    private long sequence;
    private long number;
    private Instant now = BEGIN;

    public ViewEvents(String queue, long epoch) {
        this.queue = queue;
        this.epoch = epoch;
    }

    public Instant now() {
        return now;
    }

    /** The next event occurs at this time. */
    public ViewEvents at(Instant next) {
        now = next.minusSeconds(1);
        return this;
    }

    /** Events are missing from here to the next one. */
    public ViewEvents skip(int events) {
        sequence += events;
        return this;
    }

    public ReplicationEvent<String> started(long newEpoch) {
        epoch = newEpoch;
        sequence = 0;
        now = now.plusSeconds(1);
        return ReplicationEvent.sourceStarted(queue, metadata(), new UUID(0, newEpoch));
    }

    public ReplicationEvent<String> enqueued(long task) {
        return event(EventKind.ENQUEUED, task, 1, event -> {});
    }

    /** Enqueued with a delay. */
    public ReplicationEvent<String> delayed(long task) {
        return event(EventKind.ENQUEUED, task, 1, event -> event.availableAt(now.plus(LEASE)));
    }

    public ReplicationEvent<String> available(long task) {
        return event(EventKind.AVAILABLE, task, 1, event -> {});
    }

    public ReplicationEvent<String> leased(long task, int attempt) {
        return event(EventKind.LEASE_GRANTED, task, attempt, event -> event.token(token(task, attempt))
                .leaseExpiration(now.plus(LEASE)));
    }

    public ReplicationEvent<String> heartbeat(long task, int attempt) {
        return event(EventKind.HEARTBEAT, task, attempt, event -> event.token(token(task, attempt))
                .leaseExpiration(now.plus(LEASE)));
    }

    public ReplicationEvent<String> completed(long task, int attempt) {
        return event(EventKind.COMPLETED, task, attempt, event -> event.token(token(task, attempt)));
    }

    public ReplicationEvent<String> failed(long task, int attempt, String error) {
        return event(EventKind.FAILED, task, attempt, event -> event.token(token(task, attempt))
                .availableAt(now.plus(DELAY))
                .error(TaskError.of(error)));
    }

    public ReplicationEvent<String> expired(long task, int attempt) {
        return event(EventKind.LEASE_EXPIRED, task, attempt, event -> event.token(token(task, attempt))
                .leaseExpiration(now)
                .flag(EventFlag.FROM_EXPIRATION));
    }

    public ReplicationEvent<String> requeued(long task, int attempt) {
        return event(EventKind.REQUEUED, task, attempt, event -> event.token(token(task, attempt - 1)));
    }

    public ReplicationEvent<String> died(long task, int attempt, String error) {
        return event(EventKind.DEAD_LETTERED, task, attempt, event -> event.token(token(task, attempt))
                .error(TaskError.of("GaveUp", error))
                .flag(EventFlag.DEAD_LETTER));
    }

    public ReplicationEvent<String> drained(long task, int attempt) {
        return event(EventKind.DRAINED, task, attempt, event -> event.flag(EventFlag.FROM_DRAIN));
    }

    public ReplicationEvent<String> handedOver(long task, int attempt) {
        return event(EventKind.DRAINED, task, attempt, event -> event.flag(EventFlag.FROM_DRAIN)
                .flag(EventFlag.HAND_OVER));
    }

    public ReplicationEvent<String> restored(long task, int attempt) {
        return event(EventKind.RESTORED, task, attempt, event -> {});
    }

    public ReplicationEvent<String> snapshot(long task, int attempt) {
        return event(EventKind.SNAPSHOT, task, attempt, event -> {});
    }

    /** A snapshot of a leased task. */
    public ReplicationEvent<String> snapshotLeased(long task, int attempt) {
        return event(EventKind.SNAPSHOT, task, attempt, event -> event.token(token(task, attempt))
                .leaseExpiration(now.plus(LEASE)));
    }

    /** An event of a task that was first enqueued in another queue. */
    public ReplicationEvent<String> restoredFrom(TaskId id, int attempt) {
        return event(EventKind.RESTORED, id, attempt, event -> {});
    }

    public TaskId id(long task) {
        return new TaskId(queue, 1, task);
    }

    private ReplicationEvent<String> event(
            EventKind kind, long task, int attempt, Consumer<TaskEvent.Builder<String>> parts) {
        return event(kind, id(task), attempt, parts);
    }

    private ReplicationEvent<String> event(
            EventKind kind, TaskId id, int attempt, Consumer<TaskEvent.Builder<String>> parts) {
        sequence++;
        number++;
        now = now.plusSeconds(1);
        TaskEvent.Builder<String> event = TaskEvent.builder(
                kind,
                number,
                now,
                new Task<>(
                        id, attempt, BEGIN.plusSeconds(id.sequenceId()), "payload of " + id, "key-" + id.sequenceId()));
        parts.accept(event);
        return ReplicationEvent.of(queue, metadata(), event.build());
    }

    private SourceMetadata metadata() {
        return new SourceMetadata(new Position(epoch, sequence), "dispatcher-a", "worker-7", now);
    }

    private static OwnershipToken token(long task, int attempt) {
        return new OwnershipToken(task, attempt, new UUID(task, attempt));
    }
}
