package io.taskqueue.torture.report;

import io.taskqueue.event.Position;
import io.taskqueue.event.TaskId;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.torture.history.DispatcherEntry;
import io.taskqueue.torture.history.HistoryEntry;
import io.taskqueue.torture.history.ObservedEntry;
import io.taskqueue.torture.history.QueueHistory;
import io.taskqueue.torture.history.RunDirectory;
import io.taskqueue.torture.history.RunEntry;
import io.taskqueue.torture.history.SinkEntry;
import io.taskqueue.torture.history.TargetEntry;
import io.taskqueue.torture.history.TopicEntry;
import io.taskqueue.torture.history.TopicEntry.InvalidRecord;
import io.taskqueue.torture.history.TopicEntry.LoggedEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The part of a history that shows a violation: the entries about its task, event, effect or sink, and the fences between them, in the order of their
 * time. Of more than {@value #MAX_LINES} entries, the last ones.
 *
 * @param violation what is shown
 * @param lines an entry each, behind the process that wrote it
 */
public record HistoryExcerpt(Violation violation, List<String> lines) {

    /** The longest excerpt. */
    public static final int MAX_LINES = 200;

    public HistoryExcerpt {
        lines = List.copyOf(lines);
    }

    /** The shortest of the excerpts that show these violations; empty without a violation. Reads the history of their queues. */
    public static Optional<HistoryExcerpt> shortest(RunDirectory directory, Collection<Violation> violations) {
        return violations.stream()
                .map(violation -> of(directory, violation))
                .min(Comparator.comparingInt(excerpt -> excerpt.lines.size()));
    }

    /** What shows one violation. */
    public static HistoryExcerpt of(RunDirectory directory, Violation violation) {
        Search search = new Search(violation.subject());
        if (violation.subject() instanceof Subject.OfRun run) {
            search.run(directory, run);
        } else {
            search.queue(directory.queue(violation.queue()));
        }
        return new HistoryExcerpt(violation, search.lines());
    }

    /** Goes through a history for one subject. */
    private static final class Search {

        private record Found(Instant at, String line) {}

        private final @Nullable TaskId task;
        private final @Nullable EffectKey effect;
        private final @Nullable String sink;
        private final Set<Position> positions = new HashSet<>();
        private final Set<Long> calls = new HashSet<>();
        private final List<Found> found = new ArrayList<>();
        private final List<LoggedEvent> fences = new ArrayList<>();

        private Search(Subject subject) {
            task = subject instanceof Subject.OfTask of ? of.task() : null;
            effect = subject instanceof Subject.OfEffect of ? of.key() : null;
            sink = subject instanceof Subject.OfSink of ? of.sink() : null;
            if (subject instanceof Subject.OfPosition of) {
                positions.add(of.position());
            }
            if (effect != null) {
                positions.add(effect.position());
            }
        }

        private List<String> lines() {
            found.sort(Comparator.comparing(Found::at));
            return found.subList(Math.max(0, found.size() - MAX_LINES), found.size()).stream()
                    .map(Found::line)
                    .toList();
        }

        private void run(RunDirectory directory, Subject.OfRun of) {
            directory.readRun(entry -> {
                boolean shown = entry instanceof RunEntry.Measured measured
                        ? measured.process().equals(of.what()) && measured.value() > measured.bound()
                        : entry instanceof RunEntry.PhaseBegan;
                if (shown) {
                    add("driver", entry.at().wall(), entry);
                }
            });
        }

        private void queue(QueueHistory history) {
            history.events(this::topic);
            history.dispatchers(this::dispatcher);
            history.sinkNames().forEach(name -> history.sink(name, this::sink));
            history.targets(this::target);
            history.observed(this::observed);
        }

        private void topic(TopicEntry entry) {
            if (entry instanceof LoggedEvent event) {
                boolean ofTask = event.task() != null && event.task().id().equals(task);
                if (ofTask) {
                    positions.add(event.position());
                }
                if (ofTask || positions.contains(event.position())) {
                    fences.forEach(fence -> add("topic", fence.occurredAt(), fence));
                    fences.clear();
                    add("topic", event.occurredAt(), event);
                } else if (event.task() == null && !positions.isEmpty()) {
                    fences.add(event);
                }
            } else if (entry instanceof InvalidRecord invalid && positions.contains(invalid.position())) {
                add("topic", Instant.EPOCH, invalid);
            }
        }

        private void dispatcher(String process, DispatcherEntry entry) {
            if (entry instanceof DispatcherEntry.Confirmed confirmed
                            && confirmed.task().equals(task)
                    || entry instanceof DispatcherEntry.LeaseTaken taken
                            && taken.task().equals(task)
                    || entry instanceof DispatcherEntry.LeaseEnded ended
                            && ended.task().equals(task)) {
                add(process, entry.at().wall(), entry);
            } else if (task != null
                    && (entry instanceof DispatcherEntry.Claimed || entry instanceof DispatcherEntry.Fenced)) {
                add(process, entry.at().wall(), entry);
            }
        }

        private void sink(String process, SinkEntry entry) {
            if (entry instanceof SinkEntry.Applied applied
                    && (positions.contains(applied.position()) || applied.task().equals(task))) {
                add(process, applied.at().wall(), applied);
            }
        }

        private void target(String process, TargetEntry entry) {
            if (entry instanceof TargetEntry.EffectApplied applied && concerns(applied.key())) {
                calls.add(applied.call());
                add(process, applied.at().wall(), applied);
            } else if (entry instanceof TargetEntry.Probed probed && concerns(probed.key())) {
                add(process, probed.at().wall(), probed);
            } else if (entry instanceof TargetEntry.Answered answered && calls.contains(answered.call())) {
                add(process, answered.at().wall(), answered);
            }
        }

        private void observed(ObservedEntry entry) {
            boolean shown = entry instanceof ObservedEntry.ResultSeen seen && concerns(seen.key())
                    || entry instanceof ObservedEntry.CheckpointSeen checkpoint
                            && checkpoint.sink().equals(sink)
                    || entry instanceof ObservedEntry.OffsetsReset reset
                            && reset.sink().equals(sink)
                    || entry instanceof ObservedEntry.ParkedSeen parked && positions.contains(parked.position())
                    || entry instanceof ObservedEntry.ParkedDiscarded discarded
                            && positions.contains(discarded.position())
                    || entry instanceof ObservedEntry.ParkedRedriven redriven
                            && redriven.task().equals(task)
                    || entry instanceof ObservedEntry.DeadRetried retried
                            && retried.task().equals(task)
                    || entry instanceof ObservedEntry.ClaimSeen && task != null;
            if (shown) {
                add("driver", entry.at().wall(), entry);
            }
        }

        private boolean concerns(EffectKey key) {
            return effect == null ? positions.contains(key.position()) : key.equals(effect);
        }

        private void add(String process, Instant at, HistoryEntry entry) {
            found.add(new Found(at, process + " " + entry.json()));
        }
    }
}
