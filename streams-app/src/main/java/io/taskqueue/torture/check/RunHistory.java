package io.taskqueue.torture.check;

import io.taskqueue.torture.history.Moment;
import io.taskqueue.torture.history.RunDirectory;
import io.taskqueue.torture.history.RunEntry;
import io.taskqueue.torture.history.RunEntry.Disturbance;
import io.taskqueue.torture.history.RunEntry.FaultBegan;
import io.taskqueue.torture.history.RunEntry.FaultEnded;
import io.taskqueue.torture.history.RunEntry.Measured;
import io.taskqueue.torture.history.RunEntry.PhaseBegan;
import io.taskqueue.torture.history.RunEntry.RunStarted;
import io.taskqueue.torture.history.RunPhase;
import io.taskqueue.torture.history.RunSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the driver of a run did: its settings, phases and faults. Of the measurements, those above their bound are kept. Immutable after
 * {@link #read}.
 */
final class RunHistory {

    private static final String ALL = "*";

    private final Map<RunPhase, Moment> phases = new EnumMap<>(RunPhase.class);
    private final Map<String, Long> faultsByKind = new TreeMap<>();
    private final List<Interval> faults = new ArrayList<>();
    private final List<Measured> exceeded = new ArrayList<>();
    private final Set<String> dispatchers = new HashSet<>();
    private long measured;
    private @Nullable RunStarted started;

    /** The time in which a fault acts. */
    private record Interval(FaultBegan fault, @Nullable Moment until) {}

    private RunHistory() {}

    /** @throws IncompleteHistoryException if the driver has not written how the run began */
    static RunHistory read(RunDirectory directory) {
        RunHistory history = new RunHistory();
        Map<String, FaultBegan> open = new HashMap<>();
        directory.readRun(entry -> history.add(entry, open));
        if (history.started == null) {
            throw new IncompleteHistoryException("The history in " + directory.path()
                    + " does not state how its run began. Give the directory of a run that has ended.");
        }
        Moment quiet = history.phases.getOrDefault(RunPhase.QUIET, history.phases.get(RunPhase.END));
        open.values().forEach(fault -> history.faults.add(new Interval(fault, quiet)));
        directory
                .queues()
                .forEach(queue ->
                        history.dispatchers.addAll(directory.queue(queue).dispatcherNames()));
        return history;
    }

    private void add(RunEntry entry, Map<String, FaultBegan> open) {
        if (entry instanceof RunStarted began) {
            started = began;
        } else if (entry instanceof PhaseBegan phase) {
            phases.put(phase.phase(), phase.at());
        } else if (entry instanceof FaultBegan fault) {
            faultsByKind.merge(fault.kind(), 1L, Long::sum);
            open.put(fault.id(), fault);
        } else if (entry instanceof FaultEnded ended) {
            FaultBegan fault = open.remove(ended.id());
            if (fault != null) {
                faults.add(new Interval(fault, ended.at()));
            }
        } else if (entry instanceof Measured measurement) {
            measured++;
            if (measurement.value() > measurement.bound()) {
                exceeded.add(measurement);
            }
        }
    }

    RunSettings settings() {
        return started().settings();
    }

    long seed() {
        return started().seed();
    }

    private RunStarted started() {
        if (started == null) {
            throw new IllegalStateException("A history without a beginning was not refused. This is a defect.");
        }
        return started;
    }

    /** When a phase began; empty if it did not. */
    Optional<Moment> began(RunPhase phase) {
        return Optional.ofNullable(phases.get(phase));
    }

    /** When a phase ended: the next one that began. */
    Optional<Moment> ended(RunPhase phase) {
        return phases.entrySet().stream()
                .filter(next -> next.getKey().compareTo(phase) > 0)
                .map(Map.Entry::getValue)
                .min(Moment::compareTo);
    }

    Map<String, Long> faultsByKind() {
        return Collections.unmodifiableMap(faultsByKind);
    }

    long measured() {
        return measured;
    }

    List<Measured> exceeded() {
        return Collections.unmodifiableList(exceeded);
    }

    /** How much of the time between two moments a process was not disturbed. */
    Duration undisturbed(String process, Moment from, Moment to) {
        List<Moment[]> spans = faults.stream()
                .filter(span -> span.fault.disturbs() != Disturbance.NOTHING && concerns(span.fault, process))
                .map(span ->
                        new Moment[] {later(span.fault.at(), from), span.until == null ? to : earlier(span.until, to)})
                .filter(span -> span[0].isBefore(span[1]))
                .sorted((one, other) -> one[0].compareTo(other[0]))
                .toList();
        Duration left = to.since(from);
        Moment covered = from;
        for (Moment[] span : spans) {
            Moment begin = later(span[0], covered);
            if (begin.isBefore(span[1])) {
                left = left.minus(span[1].since(begin));
                covered = span[1];
            }
        }
        return left;
    }

    /** Whether a fault that may concern sinks or their target acted within a time of a moment, before or after it. */
    boolean sinksWereDisturbed(Moment at, Duration window) {
        return faults.stream()
                .filter(span ->
                        span.fault.disturbs() == Disturbance.PROGRESS && !dispatchers.contains(span.fault.process()))
                .anyMatch(span -> !span.fault.at().isAfter(at.plus(window))
                        && (span.until == null || !span.until.plus(window).isBefore(at)));
    }

    /** Whether a fault has set the clock of a process. */
    boolean clocksWereSet() {
        return faults.stream().anyMatch(span -> span.fault.disturbs() == Disturbance.CLOCK);
    }

    private static boolean concerns(FaultBegan fault, String process) {
        return fault.process().equals(ALL) || fault.process().equals(process);
    }

    private static Moment later(Moment one, Moment other) {
        return one.isAfter(other) ? one : other;
    }

    private static Moment earlier(Moment one, Moment other) {
        return one.isBefore(other) ? one : other;
    }
}
