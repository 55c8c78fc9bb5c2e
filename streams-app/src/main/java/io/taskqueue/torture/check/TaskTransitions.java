package io.taskqueue.torture.check;

import io.taskqueue.event.EventFlag;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.OwnershipToken;
import io.taskqueue.torture.history.TopicEntry.LoggedEvent;
import io.taskqueue.torture.history.TopicEntry.LoggedTask;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One task's events as the rules of the queue allow them, over all epochs.
 *
 * <pre>
 *   UNKNOWN ---Enqueued, delayed--> ENDED ---Available--> PENDING
 *   UNKNOWN ---Enqueued--> PENDING ---LeaseGranted--> LEASED ---Completed--> COMPLETED
 *                            ^                        |    |
 *                            |                        |    +-- Heartbeat --> LEASED
 *                            |                        v  Failed, LeaseExpired
 *                            +-------Requeued------- ENDED ---DeadLettered--> DEAD
 *
 *   PENDING, ENDED           ---Drained--> DRAINED, or HANDED_OVER where the event is flagged so
 *   any of these, if live, and HANDED_OVER
 *                            ---Restored, in a later epoch--> the state that the event shows: PENDING, ENDED, or
 *                               LEASED_BY_NOBODY, which only LeaseExpired ends
 *   DRAINED                  ---Restored--> PENDING
 *   DEAD                     ---Restored, where it was ordered--> the state that the event shows
 *   UNKNOWN                  ---Restored--> PENDING, of a task that was enqueued in another queue
 *   Snapshot shows a live state, and changes none
 * </pre>
 *
 * <p>Every event but Restored belongs to the epoch of the task's event before it. Attempts count up by one with each end of a lease, the events of
 * a lease carry its token, payload and key never change. For one thread.
 */
final class TaskTransitions {

    private enum State {
        UNKNOWN,
        PENDING,
        LEASED,
        LEASED_BY_NOBODY,
        ENDED,
        COMPLETED,
        DEAD,
        DRAINED,
        HANDED_OVER
    }

    private final String queue;
    private State state = State.UNKNOWN;
    private long epoch;
    /** The running attempt or, if none is running, the next one; of a dead task, the last. */
    private int attempt;

    /** Empty until an event has it. */
    private String payload = "";

    private @Nullable String key;
    private @Nullable OwnershipToken lease;
    private boolean retryOrdered;

    /** @param queue the queue whose events are taken */
    TaskTransitions(String queue) {
        this.queue = queue;
    }

    /** A dead task gets further attempts by order. */
    void orderRetry() {
        retryOrdered = true;
    }

    /** Whether the queue has to finish the task. */
    boolean live() {
        return switch (state) {
            case PENDING, LEASED, LEASED_BY_NOBODY, ENDED, HANDED_OVER -> true;
            case UNKNOWN, COMPLETED, DEAD, DRAINED -> false;
        };
    }

    /** Takes the next event of the task, and returns what is not legal about it. The task is then in the state that the event shows. */
    Optional<String> next(LoggedEvent event, LoggedTask task) {
        Optional<String> problem = problem(event, task);
        state = after(event, task);
        epoch = event.position().epoch();
        attempt = ends(event.kind()) ? task.attempt() + 1 : task.attempt();
        payload = task.payload().isEmpty() ? payload : task.payload();
        key = task.key();
        if (task.leaseExpiration() != null) {
            lease = task.token();
        }
        return problem;
    }

    private Optional<String> problem(LoggedEvent event, LoggedTask task) {
        boolean bothKnown = !payload.isEmpty() && !task.payload().isEmpty();
        if (bothKnown && !task.payload().equals(payload)) {
            return Optional.of("its payload has changed");
        }
        if (state != State.UNKNOWN && !Objects.equals(task.key(), key)) {
            return Optional.of("its key has changed from " + key + " to " + task.key());
        }
        if (!follows(event, task)) {
            return Optional.of("it does not follow " + this);
        }
        if (!fits(event, task.attempt())) {
            return Optional.of("attempt " + task.attempt() + " does not follow " + this);
        }
        return tokenFits(event.kind(), task)
                ? Optional.empty()
                : Optional.of("its token is " + task.token() + ", but the latest lease is " + lease);
    }

    private boolean follows(LoggedEvent event, LoggedTask task) {
        if (event.kind() == EventKind.ENQUEUED) {
            return state == State.UNKNOWN
                    && task.id().epoch() == event.position().epoch();
        }
        if (event.kind() == EventKind.RESTORED) {
            return restorable(event, task);
        }
        return event.position().epoch() == epoch && followsInItsEpoch(event.kind(), task);
    }

    private boolean followsInItsEpoch(EventKind kind, LoggedTask task) {
        return switch (kind) {
            case LEASE_GRANTED -> state == State.PENDING;
            case HEARTBEAT, COMPLETED, FAILED -> state == State.LEASED;
            case LEASE_EXPIRED -> state == State.LEASED || state == State.LEASED_BY_NOBODY;
            case AVAILABLE -> state == State.ENDED && attempt == 1;
            case REQUEUED, DEAD_LETTERED -> state == State.ENDED && attempt > 1;
            case DRAINED -> state == State.PENDING || state == State.ENDED;
            case SNAPSHOT -> shownBy(task) == (state == State.LEASED ? State.LEASED_BY_NOBODY : state);
            case ENQUEUED, RESTORED, SOURCE_STARTED -> false;
        };
    }

    private boolean restorable(LoggedEvent event, LoggedTask task) {
        boolean later = event.position().epoch() > epoch;
        State shown = shownBy(task);
        return switch (state) {
            case UNKNOWN -> !task.id().queueName().equals(queue);
            case PENDING -> later && shown == State.PENDING;
            case LEASED, LEASED_BY_NOBODY -> later && shown == State.LEASED_BY_NOBODY;
            case ENDED -> later && (shown == State.ENDED || shown == State.PENDING);
            case HANDED_OVER -> later;
            case DRAINED -> shown == State.PENDING || attempt == 1;
            case DEAD -> retryOrdered;
            case COMPLETED -> false;
        };
    }

    private boolean fits(LoggedEvent event, int found) {
        return switch (event.kind()) {
            case ENQUEUED -> found == 1;
            case DEAD_LETTERED -> found == attempt - 1;
            case RESTORED -> state == State.UNKNOWN || state == State.DEAD || found == attempt;
            default -> found == attempt;
        };
    }

    private boolean tokenFits(EventKind kind, LoggedTask task) {
        return switch (kind) {
            case LEASE_GRANTED -> task.token() != null && !task.token().equals(lease);
            case HEARTBEAT, COMPLETED, FAILED, LEASE_EXPIRED -> Objects.equals(task.token(), lease);
            case RESTORED, SNAPSHOT -> task.leaseExpiration() == null
                    || lease == null
                    || Objects.equals(task.token(), lease);
            default -> true;
        };
    }

    private State after(LoggedEvent event, LoggedTask task) {
        return switch (event.kind()) {
            case ENQUEUED -> shownBy(task);
            case AVAILABLE, REQUEUED -> State.PENDING;
            case LEASE_GRANTED, HEARTBEAT -> State.LEASED;
            case COMPLETED -> State.COMPLETED;
            case FAILED, LEASE_EXPIRED -> State.ENDED;
            case DEAD_LETTERED -> State.DEAD;
            case DRAINED -> task.flags().contains(EventFlag.HAND_OVER) ? State.HANDED_OVER : State.DRAINED;
            case RESTORED -> {
                retryOrdered = false;
                yield shownBy(task);
            }
            case SNAPSHOT, SOURCE_STARTED -> state;
        };
    }

    private static boolean ends(EventKind kind) {
        return kind == EventKind.FAILED || kind == EventKind.LEASE_EXPIRED;
    }

    /** The state that Enqueued, Restored and Snapshot show by their parts. */
    private static State shownBy(LoggedTask task) {
        if (task.leaseExpiration() != null) {
            return State.LEASED_BY_NOBODY;
        }
        return task.availableAt() != null ? State.ENDED : State.PENDING;
    }

    /** The state in messages. */
    @Override
    public String toString() {
        return "attempt " + attempt + ", " + state + ", in epoch " + epoch;
    }
}
