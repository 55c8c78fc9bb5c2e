package io.taskqueue.cli.canary;

import io.taskqueue.config.DurationText;
import io.taskqueue.metrics.CanaryMeters;
import io.taskqueue.metrics.CanaryMeters.Ended;
import io.taskqueue.metrics.CanaryMeters.Stage;
import io.taskqueue.queue.Ticker;
import io.taskqueue.streams.status.EffectLatency;
import io.taskqueue.streams.status.LatencyHistogram;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The probes that have not ended, and the counts of all. Thread-safe.
 *
 * <p>At most {@value #MOST} have not ended: while there are so many, no other is begun. One that has not ended {@value #GIVE_UP} times
 * later than it should have is given up, so that one lost probe does not hide that the next ones are well.
 */
final class Probes {

    /** How many probes may have not ended. */
    static final int MOST = 100;

    /** A probe is given up after this many times the duration after which it is overdue. */
    static final int GIVE_UP = 10;

    private final CanaryMeters meters;
    private final Ticker ticker;
    private final Duration overdueAfter;
    private final Map<String, Probe> outstanding = new LinkedHashMap<>();
    private final Map<Ended, Long> ended = new EnumMap<>(Ended.class);
    private final Map<Stage, LatencyHistogram> latencies = new EnumMap<>(Stage.class);
    private long overdue;

    /** @param overdueAfter how long a probe may take */
    Probes(CanaryMeters meters, Ticker ticker, Duration overdueAfter) {
        this.meters = meters;
        this.ticker = ticker;
        this.overdueAfter = overdueAfter;
        for (Stage stage : Stage.values()) {
            latencies.put(stage, new LatencyHistogram());
        }
        meters.outstanding(this, probes -> probes.outstanding());
    }

    /**
     * What became of the probes.
     *
     * @param overdue how many took too long, whether they have ended or not
     */
    record Counts(long done, long failed, long skipped, long overdue, long outstanding) {}

    /** Begins a probe; returns false if too many have not ended, and it is skipped. */
    synchronized boolean begin(String id) {
        if (outstanding.size() >= MOST) {
            end(Ended.SKIPPED);
            return false;
        }
        outstanding.put(id, new Probe(ticker.nanos()));
        return true;
    }

    /** The queue did not take the task of a probe. */
    synchronized void refused(String id) {
        if (outstanding.remove(id) != null) {
            end(Ended.FAILED);
        }
    }

    /** A probe has reached a stage; one that is not known, because an earlier process began it, is ignored. */
    synchronized void reached(String id, Stage stage) {
        Probe probe = outstanding.get(id);
        if (probe == null || !probe.reach(stage)) {
            return;
        }
        Duration age = Duration.ofNanos(probe.ageNanos(ticker.nanos()));
        meters.timer(stage).record(age);
        Objects.requireNonNull(latencies.get(stage)).add(age);
        if (probe.isDone()) {
            outstanding.remove(id);
            end(Ended.DONE);
        }
    }

    /** How long probes took from {@code enqueue} to each stage since this process started, by the stage in lower case. */
    Map<String, EffectLatency> latencies() {
        Map<String, EffectLatency> counts = new HashMap<>();
        latencies.forEach((stage, histogram) -> counts.put(stage.name().toLowerCase(Locale.ROOT), histogram.counts()));
        return counts;
    }

    /** Counts the probes that are overdue since the last call, and gives up those that will not end. */
    synchronized void check() {
        long now = ticker.nanos();
        for (Iterator<Probe> all = outstanding.values().iterator(); all.hasNext(); ) {
            Probe probe = all.next();
            if (probe.ageNanos(now) < overdueAfter.toNanos()) {
                continue;
            }
            if (probe.markOverdue()) {
                overdue++;
                meters.overdue(probe.waitsFor()).increment();
            }
            if (probe.ageNanos(now) / GIVE_UP >= overdueAfter.toNanos()) {
                all.remove();
                end(Ended.FAILED);
            }
        }
    }

    /** Why the path of a task does not work now, or is not known to; empty if it does. */
    synchronized Optional<String> failure() {
        Optional<String> late = overdue();
        return late.isEmpty() && count(Ended.DONE) == 0 ? Optional.of("no probe has ended yet") : late;
    }

    /** The probes that are overdue, as of the last {@link #check}; empty if none is. */
    synchronized Optional<String> overdue() {
        long late = outstanding.values().stream().filter(Probe::isOverdue).count();
        if (late == 0) {
            return Optional.empty();
        }
        Probe oldest = outstanding.values().iterator().next();
        Duration age = Duration.ofNanos(oldest.ageNanos(ticker.nanos())).truncatedTo(ChronoUnit.SECONDS);
        return Optional.of((late == 1 ? "1 probe is" : late + " probes are") + " overdue: the oldest was enqueued "
                + DurationText.of(age) + " ago, and " + lacks(oldest.waitsFor()));
    }

    private static String lacks(Stage stage) {
        return switch (stage) {
            case DURABLE -> "Kafka has not confirmed its task";
            case LEASED -> "no worker has leased its task";
            case COMPLETED -> "the worker has not completed its task";
            case EFFECT -> "the sink has not run its effect";
        };
    }

    synchronized Counts counts() {
        return new Counts(count(Ended.DONE), count(Ended.FAILED), count(Ended.SKIPPED), overdue, outstanding.size());
    }

    private synchronized int outstanding() {
        return outstanding.size();
    }

    private void end(Ended end) {
        ended.merge(end, 1L, Long::sum);
        meters.ended(end).increment();
    }

    private long count(Ended end) {
        return Objects.requireNonNullElse(ended.get(end), 0L);
    }
}
