package io.taskqueue.console.fold;

import io.taskqueue.event.EventFlag;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What one event makes of its task: the same as {@link io.taskqueue.fold.QueueFold}, which a test compares it with.
 *
 * @param offset the offset of the event
 * @param eventsKept how many offsets of a task's events are kept
 */
record TaskChange(String queueName, TaskEvent<?> event, Position position, long offset, int eventsKept) {

    /** The length of the longest error of a task in a list, in characters; the event has it whole. */
    static final int LONGEST_ERROR = 500;

    /** @param before the task before the event, or null if it is not known */
    IndexedTask applyTo(@Nullable IndexedTask before) {
        Task<?> task = event.task();
        ViewPhase phase = phase();
        Task<?> shown =
                event.kind() == EventKind.FAILED || event.kind() == EventKind.LEASE_EXPIRED ? task.nextAttempt() : task;
        return new IndexedTask(
                task.id(),
                queueName,
                new IndexedTask.Progress(
                        phase,
                        shown.attempt(),
                        lastError(before),
                        phase == ViewPhase.LEASED ? event.leaseExpiration().orElse(null) : null,
                        availableAt(phase)),
                task.enqueuedAt(),
                task.key(),
                task.priority(),
                place(before, phase),
                before == null ? EventOffsets.of(offset) : before.events().plus(offset, eventsKept));
    }

    private ViewPhase phase() {
        return switch (event.kind()) {
            case AVAILABLE, REQUEUED -> ViewPhase.PENDING;
            case LEASE_GRANTED, HEARTBEAT -> ViewPhase.LEASED;
            case FAILED, LEASE_EXPIRED -> ViewPhase.DELAYED;
            case DEAD_LETTERED -> ViewPhase.DEAD;
            case DRAINED -> event.flags().contains(EventFlag.HAND_OVER) ? ViewPhase.HANDED_OVER : ViewPhase.DRAINED;
            case COMPLETED -> ViewPhase.COMPLETED;
            case ENQUEUED, RESTORED, SNAPSHOT -> shownByParts();
            case SOURCE_STARTED -> throw new IllegalStateException(
                    "The start of a source at " + position + " has no task. This is a defect.");
        };
    }

    private ViewPhase shownByParts() {
        if (event.leaseExpiration().isPresent()) {
            return ViewPhase.LEASED;
        }
        return event.availableAt().isPresent() ? ViewPhase.DELAYED : ViewPhase.PENDING;
    }

    private @Nullable String lastError(@Nullable IndexedTask before) {
        // of a completed task, the queue remembers nothing
        String known = before == null || before.phase() == ViewPhase.COMPLETED
                ? null
                : before.progress().lastError();
        String stated = event.error().map(TaskChange::shortened).orElse(null);
        return switch (event.kind()) {
            case LEASE_GRANTED, HEARTBEAT, COMPLETED -> known;
            case FAILED, LEASE_EXPIRED -> stated == null ? known : stated;
            case ENQUEUED, AVAILABLE, REQUEUED, RESTORED, SNAPSHOT, DEAD_LETTERED, DRAINED, SOURCE_STARTED -> stated;
        };
    }

    private static String shortened(TaskError error) {
        String text = EventViews.text(error);
        if (text.length() <= LONGEST_ERROR) {
            return text;
        }
        int end = LONGEST_ERROR - 1;
        return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + "…";
    }

    private @Nullable Instant availableAt(ViewPhase phase) {
        return switch (phase) {
            case DELAYED -> event.availableAt().orElse(event.occurredAt());
            case HANDED_OVER -> event.availableAt().orElse(null);
            case PENDING, LEASED, DEAD, DRAINED, COMPLETED -> null;
        };
    }

    /** A Snapshot changes no state: a task that is in the phase already keeps its place. */
    private IndexedTask.Place place(@Nullable IndexedTask before, ViewPhase phase) {
        boolean snapshot = event.kind() == EventKind.SNAPSHOT;
        if (snapshot && before != null && before.phase() == phase) {
            return new IndexedTask.Place(
                    position.epoch(),
                    event.occurredAt(),
                    before.place().offset(),
                    before.place().since());
        }
        boolean neverLeased =
                snapshot && phase == ViewPhase.PENDING && event.task().attempt() == 1;
        return new IndexedTask.Place(
                position.epoch(),
                event.occurredAt(),
                offset,
                neverLeased ? event.task().enqueuedAt() : event.occurredAt());
    }
}
