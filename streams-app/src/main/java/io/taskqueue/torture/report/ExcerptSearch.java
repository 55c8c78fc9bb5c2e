package io.taskqueue.torture.report;

import io.taskqueue.event.Position;
import io.taskqueue.event.TaskId;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.torture.history.DispatcherEntry;
import io.taskqueue.torture.history.HistoryEntry;
import io.taskqueue.torture.history.Moment;
import io.taskqueue.torture.history.ObservedEntry;
import io.taskqueue.torture.history.RunEntry;
import io.taskqueue.torture.history.SinkEntry;
import io.taskqueue.torture.history.TargetEntry;
import io.taskqueue.torture.history.TopicEntry;
import io.taskqueue.torture.history.TopicEntry.LoggedEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Collects, while a history is read, the entries about the subject of one violation. The events must be read first: they state which positions belong to
 * a task. For one thread.
 */
final class ExcerptSearch {

    /** How many checkpoints are shown, of which the last is the one in question. */
    private static final int CHECKPOINTS = 4;

    /** An entry. One that only explains others is shown between them. */
    private record Found(Instant at, String line, boolean explains) {}

    private final Violation violation;
    private final @Nullable TaskId task;
    private final @Nullable EffectKey effect;
    private final @Nullable String sink;
    private final @Nullable Moment checkpoint;
    private final boolean fencesExplain;
    private final Set<Position> positions = new HashSet<>();
    private final Set<String> calls = new HashSet<>();
    private final Map<EffectKey, String> results = new HashMap<>();
    private final List<Found> found = new ArrayList<>();

    ExcerptSearch(Violation violation) {
        this.violation = violation;
        Subject subject = violation.subject();
        TaskId ofTask = null;
        String atSink = null;
        if (subject instanceof Subject.OfTask of) {
            ofTask = of.task();

        } else if (subject instanceof Subject.OfPosition of) {
            positions.add(of.position());
        } else if (subject instanceof Subject.OfSinkEvents of) {
            positions.addAll(of.positions());

            atSink = of.sink();
        } else if (subject instanceof Subject.OfEffect of) {
            positions.add(of.key().position());
            atSink = of.key().sink();
        } else if (subject instanceof Subject.OfCheckpoint of) {
            atSink = of.sink();
        }
        this.task = ofTask;
        this.sink = atSink;
        this.effect = subject instanceof Subject.OfEffect of ? of.key() : null;
        this.fencesExplain = subject instanceof Subject.OfTask || subject instanceof Subject.OfPosition;
        this.checkpoint = subject instanceof Subject.OfCheckpoint of ? of.at() : null;
    }

    Violation violation() {
        return violation;
    }

    /** What was found, in the order of the time. */
    List<String> lines() {
        found.sort(Comparator.comparing(Found::at));
        int first = 0;
        int end = found.size();
        while (first < end && found.get(first).explains) {
            first++;
        }
        while (end > first && found.get(end - 1).explains) {
            end--;
        }
        if (first > 0 && violation.subject() instanceof Subject.OfPosition) {
            first--; // the fence that it lies behind
        }
        return found.subList(Math.max(first, end - HistoryExcerpt.MAX_LINES), end).stream()
                .map(Found::line)
                .toList();
    }

    void run(RunEntry entry) {
        if (violation.subject() instanceof Subject.OfRun of) {
            boolean exceeds = entry instanceof RunEntry.Measured measured
                    && measured.process().equals(of.what())
                    && measured.value() > measured.bound();
            if (exceeds || entry instanceof RunEntry.PhaseBegan) {
                add("driver", entry.at().wall(), entry);
            }
        }
    }

    void topic(TopicEntry entry) {
        if (!(entry instanceof LoggedEvent event)) {
            return;
        }
        boolean ofTask = event.task() != null && event.task().id().equals(task);
        if (ofTask) {
            positions.add(event.position());
        }
        if (ofTask || positions.contains(event.position())) {
            add("topic", event.occurredAt(), event);
        } else if (event.task() == null && fencesExplain) {
            explain("topic", event.occurredAt(), event);
        }
    }

    void dispatcher(String process, DispatcherEntry entry) {
        if (!(violation.subject() instanceof Subject.OfTask)) {
            return;
        }
        if ((entry instanceof DispatcherEntry.Confirmed confirmed
                        && confirmed.task().equals(task))
                || (entry instanceof DispatcherEntry.LeaseTaken taken
                        && taken.task().equals(task))
                || (entry instanceof DispatcherEntry.LeaseEnded ended
                        && ended.task().equals(task))) {
            add(process, entry.at().wall(), entry);
        } else if (entry instanceof DispatcherEntry.Claimed || entry instanceof DispatcherEntry.Fenced) {
            explain(process, entry.at().wall(), entry);
        }
    }

    void sink(String name, String process, SinkEntry entry) {
        boolean wanted = sink == null ? violation.subject() instanceof Subject.OfPosition : sink.equals(name);
        if (wanted && entry instanceof SinkEntry.Applied applied && positions.contains(applied.position())) {
            add(process, applied.at().wall(), applied);
        }
    }

    void target(String process, TargetEntry entry) {
        if (entry instanceof TargetEntry.EffectApplied applied && concerns(applied.key())) {
            calls.add(process + "/" + applied.call());
            add(process, applied.at().wall(), applied);
        } else if (entry instanceof TargetEntry.Probed probed && concerns(probed.key())) {
            add(process, probed.at().wall(), probed);
        } else if (entry instanceof TargetEntry.Answered answered && calls.contains(process + "/" + answered.call())) {
            add(process, answered.at().wall(), answered);
        }
    }

    void observed(ObservedEntry entry) {
        if (entry instanceof ObservedEntry.ResultSeen seen) {
            if (concerns(seen.key()) && !seen.result().equals(results.put(seen.key(), seen.result()))) {
                add("driver", seen.at().wall(), seen);
            }
        } else if (checkpoint != null) {
            checkpoint(entry, checkpoint);
        } else if (isOrder(entry)) {
            add("driver", entry.at().wall(), entry);
        } else if (entry instanceof ObservedEntry.ClaimSeen && violation.subject() instanceof Subject.OfTask) {
            explain("driver", entry.at().wall(), entry);
        }
    }

    private boolean isOrder(ObservedEntry entry) {
        return (entry instanceof ObservedEntry.ParkedSeen parked && positions.contains(parked.position()))
                || (entry instanceof ObservedEntry.ParkedDiscarded discarded
                        && positions.contains(discarded.position()))
                || (entry instanceof ObservedEntry.ParkedRedriven redriven
                        && redriven.task().equals(task))
                || (entry instanceof ObservedEntry.DeadRetried retried
                        && retried.task().equals(task));
    }

    private void checkpoint(ObservedEntry entry, Moment inQuestion) {
        boolean ofSink = (entry instanceof ObservedEntry.CheckpointSeen seen
                        && seen.sink().equals(sink))
                || (entry instanceof ObservedEntry.OffsetsReset reset
                        && reset.sink().equals(sink));
        if (ofSink && !entry.at().isAfter(inQuestion)) {
            add("driver", entry.at().wall(), entry);
            if (found.size() > CHECKPOINTS) {
                found.remove(0);
            }
        }
    }

    /** Whether the calls and results of an effect belong to what is shown. */
    private boolean concerns(EffectKey key) {
        return effect == null
                ? violation.subject() instanceof Subject.OfPosition && positions.contains(key.position())
                : key.equals(effect);
    }

    private void add(String process, Instant at, HistoryEntry entry) {
        found.add(new Found(at, process + " " + entry.json(), false));
    }

    private void explain(String process, Instant at, HistoryEntry entry) {
        found.add(new Found(at, process + " " + entry.json(), true));
    }
}
