package io.taskqueue.torture.history;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.Position;
import io.taskqueue.event.TaskId;
import io.taskqueue.fold.TaskPhase;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a dispatcher knows of the one queue that it had. A dispatcher that starts again writes a new file. */
public sealed interface DispatcherEntry extends HistoryEntry {

    Moment at();

    /**
     * The dispatcher has claimed its queue: the start of its source has returned.
     *
     * @param from before it began to start the source
     * @param epoch the epoch that it got
     * @param instance the instance id of its source
     */
    record Claimed(Moment from, Moment at, long epoch, UUID instance) implements DispatcherEntry {}

    /**
     * A recovery has ended, as its report states.
     *
     * @param fromOffset the mark it read from
     * @param toOffset the fence it read to
     * @param eventsRead the records in between that it looked at
     * @param pending how many tasks it restored as pending
     * @param delayed how many as delayed
     * @param leased how many as leased
     */
    record Recovered(
            Moment at,
            long epoch,
            long fromOffset,
            long toOffset,
            long eventsRead,
            int pending,
            int delayed,
            int leased)
            implements DispatcherEntry {}

    /**
     * A change was confirmed: {@code replicated()}, called after the change, has completed.
     *
     * @param change ENQUEUED, or how an attempt ended: COMPLETED, FAILED
     * @param task the task
     * @param attempt the attempt that ended; 1 for an enqueue
     * @param key the key that the task was enqueued with, or null
     * @param upTo the position up to which everything was confirmed, or null if the dispatcher did not ask
     */
    record Confirmed(
            Moment at, EventKind change, TaskId task, int attempt, @Nullable String key, @Nullable Position upTo)
            implements DispatcherEntry {}

    /**
     * A worker got a lease.
     *
     * @param asked before it called {@code lease()}
     * @param epoch the epoch of the dispatcher
     * @param expiresAt when the lease expires without a heartbeat, by the dispatcher's clock
     */
    record LeaseTaken(Moment asked, Moment at, long epoch, TaskId task, OwnershipToken token, Instant expiresAt)
            implements DispatcherEntry {}

    /**
     * A worker has ended its lease, or has learnt that it lost it.
     *
     * @param asked before it made the call that ended it
     */
    record LeaseEnded(Moment asked, Moment at, TaskId task, OwnershipToken token, LeaseOutcome outcome)
            implements DispatcherEntry {}

    /** How a lease ended for its worker. */
    enum LeaseOutcome {
        COMPLETED,
        FAILED,
        /** The call was refused: the lease had expired or was revoked, or the queue had another owner. */
        REFUSED
    }

    /** The dispatcher has learnt that another one owns its queue. */
    record Fenced(Moment at, long epoch, String message) implements DispatcherEntry {}

    /**
     * The dispatcher has handed its queue over.
     *
     * @param left how many tasks it left on the topic
     */
    record HandedOver(Moment at, long epoch, int left) implements DispatcherEntry {}

    /**
     * The queue's own snapshot, taken while nothing changed.
     *
     * @param upTo the position of the queue's latest event
     * @param live its live tasks
     */
    record QueueSeen(Moment at, long epoch, Position upTo, List<LiveTask> live) implements DispatcherEntry {
        public QueueSeen {
            live = List.copyOf(live);
        }
    }

    /** A live task, as its queue's snapshot shows it: the running attempt or, if none is running, the next one. */
    record LiveTask(TaskId task, int attempt, TaskPhase phase) {}
}
