package io.taskqueue.torture.check;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.Position;
import io.taskqueue.event.TaskId;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.torture.history.AmbiguityPolicy;
import io.taskqueue.torture.history.DispatcherEntry;
import io.taskqueue.torture.history.DispatcherEntry.Claimed;
import io.taskqueue.torture.history.DispatcherEntry.Confirmed;
import io.taskqueue.torture.history.DispatcherEntry.LeaseTaken;
import io.taskqueue.torture.history.DispatcherEntry.QueueSeen;
import io.taskqueue.torture.history.Moment;
import io.taskqueue.torture.history.ObservedEntry.CheckpointSeen;
import io.taskqueue.torture.history.ObservedEntry.ResultSeen;
import io.taskqueue.torture.history.ObservedEntry.ResultState;
import io.taskqueue.torture.history.RunEntry;
import io.taskqueue.torture.history.RunEntry.PhaseBegan;
import io.taskqueue.torture.history.RunPhase;
import io.taskqueue.torture.history.SinkEntry;
import io.taskqueue.torture.history.SinkEntry.Applied;
import io.taskqueue.torture.history.SinkEntry.EffectRead;
import io.taskqueue.torture.history.TargetEntry;
import io.taskqueue.torture.history.TargetEntry.EffectApplied;
import io.taskqueue.torture.history.TopicEntry;
import io.taskqueue.torture.history.TopicEntry.LoggedEvent;
import io.taskqueue.torture.history.TopicEntry.LoggedTask;
import io.taskqueue.torture.report.Invariant;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Ways to make a legal history illegal, each at a random place, and the invariant that it then breaks. */
enum Mutation {
    CONFIRMED_TASK_IS_UNKNOWN(Invariant.CONFIRMED_TASKS) {
        @Override
        boolean apply(RecordedHistory history, SplittableRandom random) {
            return replace(
                    anyDispatcher(history, random, Confirmed.class),
                    random,
                    Confirmed.class,
                    confirmed -> new Confirmed(
                            confirmed.at(),
                            EventKind.ENQUEUED,
                            new TaskId(SmallRun.QUEUE, confirmed.task().epoch(), 1_000_000),
                            1,
                            null,
                            null));
        }
    },
    COMPLETION_IS_LOST(Invariant.CONFIRMED_TASKS) {
        @Override
        boolean apply(RecordedHistory history, SplittableRandom random) {
            List<TaskId> confirmed = history.dispatchers.values().stream()
                    .flatMap(List::stream)
                    .filter(Confirmed.class::isInstance)
                    .map(Confirmed.class::cast)
                    .filter(entry -> entry.change() == EventKind.COMPLETED)
                    .map(Confirmed::task)
                    .toList();
            List<LoggedEvent> completed = accepted(history).stream()
                    .filter(event -> event.kind() == EventKind.COMPLETED
                            && confirmed.contains(event.task().id()))
                    .toList();
            return !completed.isEmpty() && history.events.remove(any(completed, random));
        }
    },
    KEY_IS_ENQUEUED_TWICE(Invariant.CONFIRMED_TASKS) {
        @Override
        boolean apply(RecordedHistory history, SplittableRandom random) {
            List<LoggedEvent> enqueued = accepted(history).stream()
                    .filter(event -> event.kind() == EventKind.ENQUEUED)
                    .toList();
            if (enqueued.size() < 2) {
                return false;
            }
            LoggedEvent first = enqueued.get(0);
            LoggedEvent other = enqueued.get(1 + random.nextInt(enqueued.size() - 1));
            history.events.set(
                    history.events.indexOf(other),
                    with(
                            other,
                            new LoggedTask(
                                    other.task().id(),
                                    1,
                                    first.task().key(),
                                    other.task().payload(),
                                    null,
                                    null,
                                    null,
                                    other.task().flags())));
            return true;
        }
    },
    EVENT_IS_MISSING(Invariant.SEQUENCES) {
        @Override
        boolean apply(RecordedHistory history, SplittableRandom random) {
            // the last event of an epoch leaves no hole
            List<LoggedEvent> accepted = accepted(history);
            List<LoggedEvent> inner = accepted.stream()
                    .filter(event -> event.position().sequence() > 0)
                    .filter(event -> accepted.stream().anyMatch(later -> later.position()
                            .equals(event.position().next())))
                    .toList();
            return !inner.isEmpty() && history.events.remove(any(inner, random));
        }
    },
    EVENTS_ARE_SWAPPED(Invariant.SEQUENCES) {
        @Override
        boolean apply(RecordedHistory history, SplittableRandom random) {
            List<LoggedEvent> accepted = accepted(history);
            List<Integer> places = new ArrayList<>();
            for (int at = 0; at + 1 < history.events.size(); at++) {
                if (history.events.get(at) instanceof LoggedEvent one
                        && accepted.contains(one)
                        && history.events.get(at + 1) instanceof LoggedEvent next
                        && next.position().equals(one.position().next())) {
                    places.add(at);
                }
            }
            if (places.isEmpty()) {
                return false;
            }
            int at = any(places, random);
            TopicEntry first = history.events.get(at);
            history.events.set(at, history.events.get(at + 1));
            history.events.set(at + 1, first);
            return true;
        }
    },
    EVENT_HAS_TWO_VERSIONS(Invariant.SEQUENCES) {
        @Override
        boolean apply(RecordedHistory history, SplittableRandom random) {
            List<LoggedEvent> accepted = accepted(history).stream()
                    .filter(event -> event.task() != null)
                    .toList();
            LoggedEvent event = any(accepted, random);
            LoggedTask task = event.task();
            history.events.add(
                    history.events.indexOf(event) + 1,
                    with(
                            event,
                            new LoggedTask(
                                    task.id(),
                                    task.attempt() + 1,
                                    task.key(),
                                    task.payload(),
                                    task.token(),
                                    task.leaseExpiration(),
                                    task.availableAt(),
                                    task.flags())));
            return true;
        }
    },
    EVENT_IS_NOT_APPLIED(Invariant.SEQUENCES) {
        @Override
        boolean apply(RecordedHistory history, SplittableRandom random) {
            Position position = any(appliedPositions(history), random);
            history.sinks
                    .get("billing")
                    .values()
                    .forEach(entries -> entries.removeIf(entry -> entry instanceof Applied applied
                            && applied.position().equals(position)));
            return true;
        }
    },
    UNKNOWN_EVENT_IS_APPLIED(Invariant.SEQUENCES) {
        @Override
        boolean apply(RecordedHistory history, SplittableRandom random) {
            return replace(
                    anySink(history, random),
                    random,
                    Applied.class,
                    applied -> new Applied(
                            applied.at(),
                            new Position(applied.position().epoch(), 100_000),
                            applied.kind(),
                            applied.task(),
                            applied.attempt(),
                            null,
                            applied.effects()));
        }
    },
    ATTEMPT_IS_SKIPPED(Invariant.TASK_LIVES) {
        @Override
        boolean apply(RecordedHistory history, SplittableRandom random) {
            return changeEvent(history, random, event -> event.kind() == EventKind.LEASE_GRANTED, event -> {
                LoggedTask task = event.task();
                OwnershipToken token = task.token();
                return with(
                        event,
                        new LoggedTask(
                                task.id(),
                                task.attempt() + 1,
                                task.key(),
                                task.payload(),
                                new OwnershipToken(token.sequenceId(), token.attempt() + 1, token.leaseId()),
                                task.leaseExpiration(),
                                null,
                                task.flags()));
            });
        }
    },
    PAYLOAD_CHANGES(Invariant.TASK_LIVES) {
        @Override
        boolean apply(RecordedHistory history, SplittableRandom random) {
            return changeEvent(history, random, event -> event.kind() == EventKind.COMPLETED, event -> {
                LoggedTask task = event.task();
                return with(
                        event,
                        new LoggedTask(
                                task.id(),
                                task.attempt(),
                                task.key(),
                                "00000000",
                                task.token(),
                                null,
                                null,
                                task.flags()));
            });
        }
    },
    ANOTHER_LEASE_COMPLETES(Invariant.TASK_LIVES) {
        @Override
        boolean apply(RecordedHistory history, SplittableRandom random) {
            return changeEvent(history, random, event -> event.kind() == EventKind.COMPLETED, event -> {
                LoggedTask task = event.task();
                return with(
                        event,
                        new LoggedTask(
                                task.id(),
                                task.attempt(),
                                task.key(),
                                task.payload(),
                                new OwnershipToken(
                                        task.token().sequenceId(), task.token().attempt(), UUID.randomUUID()),
                                null,
                                null,
                                task.flags()));
            });
        }
    },
    EFFECT_IS_APPLIED_AGAIN(Invariant.EFFECTS) {
        @Override
        boolean apply(RecordedHistory history, SplittableRandom random) {
            List<TargetEntry> ledger = history.targets.get("target");
            EffectApplied first = any(entries(ledger, EffectApplied.class), random);
            // under the policy that never allows it
            ledger.add(new EffectApplied(
                    first.at().plus(Duration.ofMillis(1)),
                    1_000_000,
                    first.key(),
                    AmbiguityPolicy.ASSUME_DONE,
                    "result"));
            return true;
        }
    },
    RERUN_WITHOUT_A_FAULT(Invariant.EFFECTS) {
        @Override
        boolean apply(RecordedHistory history, SplittableRandom random) {
            history.run.removeIf(entry -> entry instanceof RunEntry.FaultBegan || entry instanceof RunEntry.FaultEnded);
            List<TargetEntry> ledger = history.targets.get("target");
            EffectApplied first = any(entries(ledger, EffectApplied.class), random);
            ledger.add(new EffectApplied(
                    first.at().plus(Duration.ofMillis(1)), 1_000_000, first.key(), AmbiguityPolicy.RERUN, "result"));
            return true;
        }
    },
    EFFECT_IS_RECORDED_BUT_NOT_APPLIED(Invariant.EFFECTS) {
        @Override
        boolean apply(RecordedHistory history, SplittableRandom random) {
            EffectKey key =
                    any(entries(history.observed, ResultSeen.class), random).key();
            history.targets
                    .get("target")
                    .removeIf(entry -> entry instanceof EffectApplied applied
                            && applied.key().equals(key));
            return true;
        }
    },
    RESULT_CHANGES(Invariant.RESULTS) {
        @Override
        boolean apply(RecordedHistory history, SplittableRandom random) {
            ResultSeen seen = any(entries(history.observed, ResultSeen.class), random);
            history.observed.add(new ResultSeen(seen.at(), seen.key(), ResultState.DONE, "another"));
            return true;
        }
    },
    ANOTHER_RESULT_IS_READ(Invariant.RESULTS) {
        @Override
        boolean apply(RecordedHistory history, SplittableRandom random) {
            // in a process that has only just started, so that it has not run the action itself
            Applied applied = any(
                    history.sinks.get("billing").values().stream()
                            .flatMap(entries -> entries(entries, Applied.class).stream())
                            .toList(),
                    random);
            List<EffectRead> read = List.of(new EffectRead("call", 0, false, "another"));
            history.sinks
                    .get("billing")
                    .put(
                            "billing-another",
                            new ArrayList<>(List.of(new Applied(
                                    applied.at(),
                                    applied.position(),
                                    applied.kind(),
                                    applied.task(),
                                    applied.attempt(),
                                    null,
                                    read))));
            return true;
        }
    },
    FENCED_EVENT_IS_APPLIED(Invariant.ONE_OWNER) {
        @Override
        boolean apply(RecordedHistory history, SplittableRandom random) {
            List<LoggedEvent> fenced = fenced(history);
            if (fenced.isEmpty()) {
                return false;
            }
            LoggedEvent event = any(fenced, random);
            anySink(history, random)
                    .add(new Applied(
                            last(history).at(),
                            event.position(),
                            event.kind(),
                            event.task().id(),
                            event.task().attempt(),
                            event.offset(),
                            List.of()));
            return true;
        }
    },
    FENCED_OWNER_LEASES(Invariant.ONE_OWNER) {
        @Override
        boolean apply(RecordedHistory history, SplittableRandom random) {
            List<Claimed> claims = history.dispatchers.values().stream()
                    .flatMap(entries -> entries(entries, Claimed.class).stream())
                    .sorted((one, other) -> Long.compare(one.epoch(), other.epoch()))
                    .toList();
            if (claims.size() < 2) {
                return false;
            }
            int older = random.nextInt(claims.size() - 1);
            Moment late = claims.get(older + 1).at().plus(Duration.ofMinutes(10));
            long epoch = claims.get(older).epoch();
            history.dispatchers
                    .get("dispatcher-" + epoch)
                    .add(new LeaseTaken(
                            late,
                            late,
                            epoch,
                            new TaskId(SmallRun.QUEUE, epoch, 1),
                            new OwnershipToken(1, 1, UUID.randomUUID()),
                            late.wall()));
            return true;
        }
    },
    TASK_IS_LEASED_BEFORE_THE_EARLIER_LEASE_RAN_OUT(Invariant.ONE_OWNER) {
        @Override
        boolean apply(RecordedHistory history, SplittableRandom random) {
            List<LoggedEvent> accepted = accepted(history);
            for (LoggedEvent granted : accepted) {
                if (granted.kind() == EventKind.LEASE_GRANTED && takenOverWhileLeased(accepted, granted)) {
                    changeEvents(
                            history,
                            event -> event.task() != null
                                    && event.task().token() != null
                                    && event.task()
                                            .token()
                                            .equals(granted.task().token())
                                    && event.task().leaseExpiration() != null,
                            event -> with(
                                    event,
                                    leasedUntil(event.task(), event.occurredAt().plusSeconds(3_600))));
                    return true;
                }
            }
            return false;
        }
    },
    CHECKPOINT_GOES_BACK(Invariant.CHECKPOINTS) {
        @Override
        boolean apply(RecordedHistory history, SplittableRandom random) {
            CheckpointSeen last = last(history);
            history.observed.add(new CheckpointSeen(last.at(), last.sink(), new Position(0, 1), null));
            return true;
        }
    },
    CHECKPOINT_IS_AHEAD(Invariant.CHECKPOINTS) {
        @Override
        boolean apply(RecordedHistory history, SplittableRandom random) {
            CheckpointSeen last = last(history);
            history.observed.add(
                    0, new CheckpointSeen(new Moment(last.at().wall(), 0), last.sink(), last.done(), null));
            return true;
        }
    },
    SNAPSHOT_DIFFERS(Invariant.AGREEMENT) {
        @Override
        boolean apply(RecordedHistory history, SplittableRandom random) {
            return replace(
                    anyDispatcher(history, random, QueueSeen.class),
                    random,
                    QueueSeen.class,
                    seen -> new QueueSeen(
                            seen.at(),
                            seen.epoch(),
                            seen.upTo(),
                            List.of(new DispatcherEntry.LiveTask(
                                    new TaskId(SmallRun.QUEUE, seen.epoch(), 1),
                                    1,
                                    io.taskqueue.fold.TaskPhase.PENDING))));
        }
    },
    LAST_CHECKPOINT_IS_BEHIND(Invariant.AGREEMENT) {
        @Override
        boolean apply(RecordedHistory history, SplittableRandom random) {
            history.observed.removeIf(entry -> entry instanceof CheckpointSeen seen
                    && seen.sink().equals("billing")
                    && seen.done() != null
                    && seen.done().equals(last(history).done()));
            return true;
        }
    },
    TARGET_IS_CALLED_IN_THE_REPLAY(Invariant.REPLAY) {
        @Override
        boolean apply(RecordedHistory history, SplittableRandom random) {
            List<TargetEntry> ledger = history.targets.get("target");
            EffectKey key = any(entries(ledger, EffectApplied.class), random).key();
            Moment at = began(history, RunPhase.REPLAY).plus(Duration.ofNanos(1));
            ledger.add(new EffectApplied(at, 1_000_000, key, AmbiguityPolicy.RERUN, "result"));
            return true;
        }
    },
    REPLAY_IS_NOT_COMPLETE(Invariant.REPLAY) {
        @Override
        boolean apply(RecordedHistory history, SplittableRandom random) {
            Position position = any(appliedPositions(history), random);
            Moment from = began(history, RunPhase.REPLAY);
            history.sinks
                    .get("billing")
                    .values()
                    .forEach(entries -> entries.removeIf(entry -> entry instanceof Applied applied
                            && applied.position().equals(position)
                            && !applied.at().isBefore(from)));
            return true;
        }
    },
    MEMORY_GROWS(Invariant.BOUNDS) {
        @Override
        boolean apply(RecordedHistory history, SplittableRandom random) {
            history.run.add(new RunEntry.Measured(
                    began(history, RunPhase.LOAD), "billing-1", "resident memory", 1_001 + random.nextInt(9), 1_000));
            return true;
        }
    },
    NOTHING_DRAINS(Invariant.BOUNDS) {
        @Override
        boolean apply(RecordedHistory history, SplittableRandom random) {
            return history.run.removeIf(
                    entry -> entry instanceof PhaseBegan phase && phase.phase() == RunPhase.DRAINED);
        }
    };

    private final Invariant broken;

    Mutation(Invariant broken) {
        this.broken = broken;
    }

    Invariant broken() {
        return broken;
    }

    /** Changes a history; false if it has no place for this change. */
    abstract boolean apply(RecordedHistory history, SplittableRandom random);

    private static <E> E any(List<E> entries, SplittableRandom random) {
        return entries.get(random.nextInt(entries.size()));
    }

    private static <E> List<E> entries(List<?> entries, Class<E> kind) {
        return entries.stream().filter(kind::isInstance).map(kind::cast).collect(Collectors.toList());
    }

    private interface Change<E> {
        E of(E entry);
    }

    private static <B, E extends B> boolean replace(
            List<B> entries, SplittableRandom random, Class<E> kind, Change<E> change) {
        List<E> found = entries(entries, kind);
        if (found.isEmpty()) {
            return false;
        }
        E entry = any(found, random);
        entries.set(entries.indexOf(entry), change.of(entry));
        return true;
    }

    private static List<DispatcherEntry> anyDispatcher(
            RecordedHistory history, SplittableRandom random, Class<? extends DispatcherEntry> kind) {
        List<List<DispatcherEntry>> found = history.dispatchers.values().stream()
                .filter(entries -> entries.stream().anyMatch(kind::isInstance))
                .toList();
        return found.isEmpty() ? new ArrayList<>() : any(found, random);
    }

    private static List<SinkEntry> anySink(RecordedHistory history, SplittableRandom random) {
        Map<String, List<SinkEntry>> processes = history.sinks.get("billing");
        return any(
                processes.values().stream()
                        .filter(entries -> !entries.isEmpty())
                        .toList(),
                random);
    }

    private static List<LoggedEvent> accepted(RecordedHistory history) {
        FenceFilter filter = new FenceFilter();
        return entries(history.events, LoggedEvent.class).stream()
                .filter(event -> filter.take(event).accepted())
                .toList();
    }

    private static List<LoggedEvent> fenced(RecordedHistory history) {
        FenceFilter filter = new FenceFilter();
        return entries(history.events, LoggedEvent.class).stream()
                .filter(event -> filter.take(event) == FenceFilter.Verdict.FENCED)
                .toList();
    }

    private static List<Position> appliedPositions(RecordedHistory history) {
        return accepted(history).stream()
                .filter(event -> event.kind().passedToSinks())
                .map(LoggedEvent::position)
                .toList();
    }

    private static boolean changeEvent(
            RecordedHistory history,
            SplittableRandom random,
            Predicate<LoggedEvent> wanted,
            Change<LoggedEvent> change) {
        List<LoggedEvent> found = accepted(history).stream().filter(wanted).toList();
        if (found.isEmpty()) {
            return false;
        }
        LoggedEvent event = any(found, random);
        history.events.set(history.events.indexOf(event), change.of(event));
        return true;
    }

    private static void changeEvents(
            RecordedHistory history, Predicate<LoggedEvent> wanted, Change<LoggedEvent> change) {
        history.events.replaceAll(
                entry -> entry instanceof LoggedEvent event && wanted.test(event) ? change.of(event) : entry);
    }

    private static LoggedEvent with(LoggedEvent event, LoggedTask task) {
        return new LoggedEvent(
                event.partition(),
                event.offset(),
                event.position(),
                event.instance(),
                event.kind(),
                event.number(),
                event.occurredAt(),
                task);
    }

    private static LoggedTask leasedUntil(LoggedTask task, Instant expiration) {
        return new LoggedTask(
                task.id(), task.attempt(), task.key(), task.payload(), task.token(), expiration, null, task.flags());
    }

    /** Whether a lease was held when a later owner began, and a later owner has leased the task after it. */
    private static boolean takenOverWhileLeased(List<LoggedEvent> accepted, LoggedEvent granted) {
        boolean restored = accepted.stream()
                .anyMatch(event -> event.kind() == EventKind.RESTORED
                        && event.task().leaseExpiration() != null
                        && granted.task().token().equals(event.task().token()));
        return restored
                && accepted.stream()
                        .anyMatch(event -> event.kind() == EventKind.LEASE_GRANTED
                                && event.task().id().equals(granted.task().id())
                                && event.position().epoch() > granted.position().epoch());
    }

    private static CheckpointSeen last(RecordedHistory history) {
        return entries(history.observed, CheckpointSeen.class).stream()
                .filter(seen -> seen.sink().equals("billing") && seen.done() != null)
                .reduce((before, after) -> after)
                .orElseThrow();
    }

    private static Moment began(RecordedHistory history, RunPhase phase) {
        return Optional.of(history.run).stream()
                .flatMap(List::stream)
                .filter(entry -> entry instanceof PhaseBegan began && began.phase() == phase)
                .map(RunEntry::at)
                .findFirst()
                .orElseThrow();
    }
}
