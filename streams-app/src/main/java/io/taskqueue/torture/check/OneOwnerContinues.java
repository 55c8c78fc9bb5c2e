package io.taskqueue.torture.check;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.Position;
import io.taskqueue.event.TaskId;
import io.taskqueue.torture.check.EventTable.Standing;
import io.taskqueue.torture.history.DispatcherEntry.Claimed;
import io.taskqueue.torture.history.DispatcherEntry.LeaseTaken;
import io.taskqueue.torture.history.Moment;
import io.taskqueue.torture.history.ObservedEntry.ClaimSeen;
import io.taskqueue.torture.history.ObservedEntry.ResultSeen;
import io.taskqueue.torture.history.SinkEntry.Applied;
import io.taskqueue.torture.history.TargetEntry.EffectApplied;
import io.taskqueue.torture.history.TopicEntry.LoggedEvent;
import io.taskqueue.torture.history.TopicEntry.LoggedTask;
import io.taskqueue.torture.report.Counted;
import io.taskqueue.torture.report.Invariant;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Invariant 6. Reads the claims, the leases that workers took, what sinks and target applied, and the accepted events.
 *
 * <ul>
 *   <li>An event behind a fence is applied by no sink, reaches no target, and has no recorded result
 *   <li>A dispatcher takes no lease later than {@link io.taskqueue.torture.history.RunSettings#ownershipBound} after a newer claim. Time in which a
 *       fault kept it from learning of the claim does not count
 *   <li>A new owner takes no lease of a task before the lease of an earlier owner has run out by its recorded expiry, unless that owner has ended it
 * </ul>
 */
final class OneOwnerContinues implements InvariantCheck {

    private static final Invariant INVARIANT = Invariant.ONE_OWNER;

    /** The latest lease of a task by the accepted events. */
    private record HeldLease(long epoch, OwnershipToken token, Instant expiration, boolean endedByOwner) {}

    @Override
    public void check(QueueCheck queue) {
        checkFenced(queue);
        checkLeases(queue, claims(queue));
        checkOverlaps(queue);
    }

    private static void checkFenced(QueueCheck queue) {
        for (String sink : queue.run().settings().sinks()) {
            queue.history().sink(sink, (process, entry) -> {
                if (entry instanceof Applied applied) {
                    requireAccepted(queue, applied.position(), "was applied by sink " + sink + " (" + process + ")");
                }
            });
        }
        queue.history().targets((process, entry) -> {
            if (entry instanceof EffectApplied applied) {
                requireAccepted(
                        queue, applied.key().position(), "has an effect that reached the target, " + applied.key());
            }
        });
        queue.history().observed(entry -> {
            if (entry instanceof ResultSeen seen) {
                requireAccepted(queue, seen.key().position(), "has a recorded result, " + seen.key());
            }
        });
    }

    private static void requireAccepted(QueueCheck queue, Position position, String what) {
        queue.findings().checked(INVARIANT, 1);
        if (queue.events().standing(position) == Standing.FENCED) {
            queue.findings().count(Counted.FORKED, 1);
            queue.violation(
                    INVARIANT,
                    position,
                    "event " + position + ", which lies behind the fence of a higher epoch, " + what);
        }
    }

    /** When each epoch was first known to be claimed. */
    private static NavigableMap<Long, Moment> claims(QueueCheck queue) {
        NavigableMap<Long, Moment> claims = new TreeMap<>();
        queue.orders(ClaimSeen.class)
                .forEach(seen -> claims.merge(seen.epoch(), seen.at(), OneOwnerContinues::earlier));
        queue.history().dispatchers((process, entry) -> {
            if (entry instanceof Claimed claimed) {
                claims.merge(claimed.epoch(), claimed.at(), OneOwnerContinues::earlier);
            }
        });
        return claims;
    }

    private static void checkLeases(QueueCheck queue, NavigableMap<Long, Moment> claims) {
        Duration bound = queue.run().settings().ownershipBound();
        queue.history().dispatchers((process, entry) -> {
            if (!(entry instanceof LeaseTaken lease)) {
                return;
            }
            queue.findings().count(Counted.LEASES, 1);
            queue.findings().checked(INVARIANT, 1);
            claims.tailMap(lease.epoch(), false).entrySet().stream()
                    .filter(newer -> newer.getValue().isBefore(lease.asked()))
                    .forEach(newer -> {
                        Duration late = queue.run().undisturbed(process, newer.getValue(), lease.asked());
                        if (late.compareTo(bound) > 0) {
                            queue.violation(
                                    INVARIANT,
                                    lease.task(),
                                    "dispatcher " + process + ", of epoch "
                                            + lease.epoch() + ", leased task " + lease.task() + " " + late.toMillis()
                                            + " ms after the claim of epoch " + newer.getKey()
                                            + ", although nothing kept it from learning of it; " + bound.toMillis()
                                            + " ms are allowed");
                        }
                    });
        });
    }

    private static void checkOverlaps(QueueCheck queue) {
        Map<TaskId, HeldLease> held = new HashMap<>();
        Duration tolerance = queue.run().settings().clockTolerance();
        queue.events().forEachEvent(event -> {
            LoggedTask task = event.task();
            if (task == null) {
                return;
            }
            HeldLease before = held.get(task.id());
            if (event.kind() == EventKind.LEASE_GRANTED
                    && before != null
                    && before.epoch < event.position().epoch()
                    && !before.endedByOwner
                    && event.occurredAt().isBefore(before.expiration.minus(tolerance))
                    && !queue.run().clocksWereSet()) {
                queue.violation(
                        INVARIANT,
                        task.id(),
                        "the owner of epoch " + event.position().epoch()
                                + " leased task " + task.id() + " at " + event.occurredAt() + ", while lease "
                                + before.token.leaseId() + " of epoch " + before.epoch + " ran until "
                                + before.expiration);
            }
            HeldLease after = after(before, event, task);
            if (after == null) {
                held.remove(task.id());
            } else {
                held.put(task.id(), after);
            }
        });
    }

    private static @Nullable HeldLease after(@Nullable HeldLease before, LoggedEvent event, LoggedTask task) {
        return switch (event.kind()) {
            case LEASE_GRANTED, HEARTBEAT -> task.token() == null || task.leaseExpiration() == null
                    ? before
                    : new HeldLease(event.position().epoch(), task.token(), task.leaseExpiration(), false);
            case COMPLETED -> null;
            case FAILED, LEASE_EXPIRED -> before != null
                            && before.epoch == event.position().epoch()
                    ? new HeldLease(before.epoch, before.token, before.expiration, true)
                    : before;
            default -> before;
        };
    }

    private static Moment earlier(Moment one, Moment other) {
        return one.isBefore(other) ? one : other;
    }
}
