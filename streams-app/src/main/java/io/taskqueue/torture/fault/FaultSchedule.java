package io.taskqueue.torture.fault;

import io.taskqueue.torture.fault.FaultKind.Area;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * The faults of a run, in order of their times: a pure function of the seed and of what it is given.
 *
 * <p>It consists of lanes, one for each queue and one for each other area. The faults of a lane follow each other, so at most one
 * broker is down at a time. Within a lane each kind comes once before any comes again.
 *
 * @param faults by time
 */
public record FaultSchedule(List<Fault> faults) {

    public FaultSchedule {
        faults = List.copyOf(faults);
    }

    /**
     * How many there are of what faults concern.
     *
     * @param queues of dispatchers
     * @param sinks instances of the sink
     * @param brokers of the cluster
     */
    public record Subjects(int queues, int sinks, int brokers) {

        private int of(Area area) {
            return switch (area) {
                case QUEUE -> queues;
                case SINK -> sinks;
                case BROKER -> brokers;
                case TARGET -> 1;
            };
        }
    }

    /**
     * @param length no fault begins later
     * @param kinds those that are injected
     */
    public static FaultSchedule of(long seed, Duration length, Set<FaultKind> kinds, Subjects subjects) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Fault> faults = new ArrayList<>();
        for (Area area : Area.values()) {
            int lanes = area == Area.QUEUE ? subjects.queues() : 1;
            for (int lane = 0; lane < lanes; lane++) {
                // a generator for each lane, so that a kind that is switched off changes its own lane only
                faults.addAll(lane(random.split(), area, lane, length, kinds, subjects));
            }
        }
        faults.sort(Comparator.comparing(Fault::at));
        return new FaultSchedule(faults);
    }

    private static List<Fault> lane(
            RandomGenerator random, Area area, int lane, Duration length, Set<FaultKind> kinds, Subjects subjects) {
        List<FaultKind> enabled =
                FaultKind.of(area).stream().filter(kinds::contains).toList();
        List<Fault> faults = new ArrayList<>();
        if (enabled.isEmpty()) {
            return faults;
        }
        List<FaultKind> deck = new ArrayList<>();
        Duration at = between(random, Duration.ZERO, area.longestGap);
        while (at.compareTo(length) < 0) {
            if (deck.isEmpty()) {
                deck.addAll(enabled);
            }
            FaultKind kind = deck.remove(random.nextInt(deck.size()));
            int subject = area == Area.QUEUE ? lane : random.nextInt(subjects.of(area));
            Duration lasts = between(random, kind.shortest(), kind.longest());
            faults.add(new Fault(at, kind, subject, lasts, random.nextInt(1 << 16)));
            at = at.plus(lasts).plus(between(random, area.shortestGap, area.longestGap));
        }
        return faults;
    }

    private static Duration between(RandomGenerator random, Duration shortest, Duration longest) {
        long most = longest.toMillis();
        long least = shortest.toMillis();
        return Duration.ofMillis(most <= least ? least : random.nextLong(least, most + 1));
    }

    /** The faults of a lane, in order. */
    public List<Fault> lane(Area area, int queue) {
        return faults.stream()
                .filter(fault -> fault.kind().area() == area && (area != Area.QUEUE || fault.subject() == queue))
                .toList();
    }

    /** The schedule as text, a line for each fault. */
    public String text() {
        return faults.stream().map(Fault::text).collect(Collectors.joining(System.lineSeparator()));
    }
}
