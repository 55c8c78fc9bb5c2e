package io.taskqueue.source;

import io.taskqueue.config.DurationText;
import io.taskqueue.logging.LogFields;
import io.taskqueue.queue.Ticker;
import io.taskqueue.source.publish.EventBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Detects that the events of the queues of a group do not reach Kafka, finds out why, and logs the beginning and the end, each once. A producer
 * reports nothing while no broker answers, and then that the topic is unknown; so the cluster is asked, once for each partition whose
 * queues need it.
 *
 * <pre>
 *   each second       nothing was acknowledged for 5 s, and events wait     -&gt; an outage begins
 *   each 10 s         no event waits, and the cluster does not answer       -&gt; an outage begins
 *   woken             the producer or the registry failed: an outage has begun
 *   in an outage      each 5 s the cluster is asked for the reason
 * </pre>
 *
 * <p>{@link #run} is for its own thread; the other methods are thread-safe.
 */
final class OutageMonitor implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OutageMonitor.class);

    /** Without an acknowledgement for so long, although events wait, there is an outage. */
    static final Duration LATE = Duration.ofSeconds(5);

    /** How long the cluster may take to answer the probe. */
    static final Duration PROBE_TIMEOUT = Duration.ofSeconds(5);

    private static final Duration CHECK_INTERVAL = Duration.ofSeconds(1);
    private static final Duration PROBE_INTERVAL = Duration.ofSeconds(5);
    private static final Duration IDLE_PROBE_INTERVAL = Duration.ofSeconds(10);

    /** Finds out what is wrong with Kafka. */
    interface Probe extends AutoCloseable {

        /** Why events of a partition cannot be written now, as text for operators; empty if the cluster answers and could take them. */
        Optional<String> problem(int partition) throws InterruptedException;

        @Override
        void close();
    }

    private final Ticker ticker;
    private final Set<Observed> queues = ConcurrentHashMap.newKeySet();
    private final Map<Integer, Long> probedNanos = new HashMap<>();
    private final long begunNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean failing;
    private boolean woken;
    private boolean closed;

    OutageMonitor(Ticker ticker) {
        this.ticker = ticker;
        this.begunNanos = ticker.nanos();
    }

    /** Observes a queue from now on. */
    void add(Observed queue) {
        queues.add(queue);
    }

    /** Observes a queue no more. */
    void remove(Observed queue) {
        queues.remove(queue);
    }

    /** Checks until it is closed, and closes the probe. */
    void run(Probe probe) {
        try (probe) {
            while (await()) {
                checkSafely(probe);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** An outage has begun: it is checked now. */
    void wake() {
        lock.lock();
        try {
            woken = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the next check; false at the end. */
    private boolean await() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = CHECK_INTERVAL.toNanos();
            while (left > 0 && !woken && !closed) {
                left = changed.awaitNanos(left);
            }
            woken = false;
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    /** A check that fails is a defect here, and no reason to stop publishing. */
    private void checkSafely(Probe probe) throws InterruptedException {
        try {
            check(probe);
            failing = false;
        } catch (RuntimeException | Error e) {
            if (!failing) {
                LOG.error(
                        "The health of the sources of this process cannot be checked; it is checked again each second.",
                        e);
            }
            failing = true;
        }
    }

    /** One check of all queues. */
    void check(Probe probe) throws InterruptedException {
        Set<Integer> needed = new TreeSet<>();
        BitSet quiet = new BitSet();
        List<Observed> others = new ArrayList<>();
        long now = ticker.nanos();
        for (Observed queue : queues) {
            if (queue.isQuiet(now)) { // most of them, of thousands
                quiet.set(queue.partition);
            } else {
                others.add(queue);
                if (queue.observe(sinceProbe(queue.partition))) {
                    needed.add(queue.partition);
                }
            }
        }
        quiet.stream()
                .filter(partition -> sinceProbe(partition).compareTo(IDLE_PROBE_INTERVAL) >= 0)
                .forEach(needed::add);
        Map<Integer, Optional<String>> problems = new HashMap<>();
        for (int partition : needed) {
            try {
                problems.put(partition, probe.problem(partition));
            } finally {
                probedNanos.put(partition, ticker.nanos());
            }
        }
        Map<Line, List<Observed>> lines = new LinkedHashMap<>();
        Collection<Observed> concerned = problems.isEmpty() ? others : queues;
        for (Observed queue : concerned) {
            Optional<String> problem = problems.get(queue.partition);
            if (problem != null) {
                queue.conclude(problem);
            }
            queue.line().ifPresent(line -> lines.computeIfAbsent(line, first -> new ArrayList<>())
                    .add(queue));
        }
        lines.forEach((line, of) -> of.get(0).fields(of.size()).during(() -> log(line, of)));
    }

    private Duration sinceProbe(int partition) {
        return since(probedNanos.getOrDefault(partition, begunNanos));
    }

    /** What is logged of a queue; queues of which the same is logged share a line. */
    private enum Change {
        BEGAN,
        BEGAN_UNCONFIRMED,
        ENDED,
        ENDED_UNCONFIRMED,
        OTHER_REASON
    }

    private record Line(Change change, String reason) {}

    private void log(Line line, List<Observed> of) {
        String subject = of.size() == 1
                ? "queue " + of.get(0).queue
                : of.size() + " queues, " + of.get(0).queue + " among them,";
        int waiting = of.stream().mapToInt(queue -> queue.buffer.size()).sum();
        switch (line.change) {
            case ENDED, ENDED_UNCONFIRMED -> LOG.warn(
                    line.change == Change.ENDED_UNCONFIRMED
                            ? "The events of {} are confirmed again, after {}. {} events wait, and are sent now."
                            : "The events of {} reach Kafka again, after {}. {} events wait, and are sent now.",
                    subject,
                    DurationText.of(of.get(0).endedAfter.truncatedTo(ChronoUnit.SECONDS)),
                    waiting);
            case BEGAN_UNCONFIRMED -> LOG.warn(
                    "The events of {} reach Kafka, but have not been confirmed since {}: {}. They are confirmed when the"
                            + " registry can be read.",
                    subject,
                    of.get(0).began(),
                    line.reason);
            case BEGAN -> LOG.warn(
                    "The events of {} have not reached Kafka since {}: {}. {} events wait; none is lost, and all are sent"
                            + " when Kafka accepts them.",
                    subject,
                    of.get(0).began(),
                    line.reason,
                    waiting);
            case OTHER_REASON -> LOG.info("The events of {} still do not reach Kafka: {}.", subject, line.reason);
        }
    }

    private Duration since(long nanos) {
        return Duration.ofNanos(ticker.nanos() - nanos);
    }

    /** A queue whose events are observed. For the thread of the monitor. */
    static final class Observed {

        private final String queue;
        private final int partition;
        private final EventBuffer<?> buffer;
        private final SourceLifecycle lifecycle;
        private final Ticker ticker;
        private long acknowledged;
        private long progressNanos;
        private SourceLifecycle.@Nullable Outage logged;
        private Duration endedAfter = Duration.ZERO;

        Observed(String queue, int partition, EventBuffer<?> buffer, SourceLifecycle lifecycle, Ticker ticker) {
            this.queue = queue;
            this.partition = partition;
            this.buffer = buffer;
            this.lifecycle = lifecycle;
            this.ticker = ticker;
            this.progressNanos = ticker.nanos();
        }

        /** Whether no event waits, and there is no outage that is to be ended or logged. */
        private boolean isQuiet(long now) {
            if (logged != null || lifecycle.isInOutage() || buffer.size() > 0) {
                return false;
            }
            progressNanos = now;
            return true;
        }

        /** Detects an outage; returns whether the cluster is to be asked about the partition. */
        private boolean observe(Duration sinceProbe) {
            boolean waiting = buffer.size() > 0;
            noteProgress(waiting);
            Optional<SourceLifecycle.Outage> outage = lifecycle.outage();
            if (outage.isPresent()) {
                return isNew(outage.get()) || sinceProbe.compareTo(PROBE_INTERVAL) >= 0;
            }
            Duration noProgress = Duration.ofNanos(ticker.nanos() - progressNanos);
            Duration late = buffer.oldestWaiting()
                    .map(EventBuffer.Waiting::age)
                    .filter(age -> age.compareTo(noProgress) < 0)
                    .orElse(noProgress);
            if (waiting && late.compareTo(LATE) > 0) {
                lifecycle.late(late, "Kafka has acknowledged no event for more than " + DurationText.of(LATE));
                return true;
            }
            return !waiting && sinceProbe.compareTo(IDLE_PROBE_INTERVAL) >= 0;
        }

        private void noteProgress(boolean waiting) {
            long reached = buffer.acknowledgedUpTo().sequence();
            if (reached != acknowledged || !waiting) {
                acknowledged = reached;
                progressNanos = ticker.nanos();
            }
        }

        /** The cluster was asked about the partition. */
        private void conclude(Optional<String> problem) {
            if (lifecycle.outage().isPresent()) {
                problem.ifPresent(lifecycle::diagnosed);
                if (problem.isEmpty() && buffer.size() == 0) {
                    lifecycle.acknowledged(); // an event would be
                }
            } else if (buffer.size() == 0) {
                problem.ifPresent(reason -> lifecycle.late(Duration.ZERO, reason));
            }
        }

        /** What is to be logged of the queue now, if anything is. */
        private Optional<Line> line() {
            SourceLifecycle.Outage now = lifecycle.outage().orElse(null);
            SourceLifecycle.Outage before = logged;
            if (before != null && (now == null || isNew(now))) {
                endedAfter = Duration.ofNanos(ticker.nanos() - before.beganNanos());
                logged = null; // the next outage, if there is one, is logged by the next check
                return Optional.of(new Line(before.onlyUnconfirmed() ? Change.ENDED_UNCONFIRMED : Change.ENDED, ""));
            }
            logged = now;
            if (now == null) {
                return Optional.empty();
            }
            if (now.onlyUnconfirmed()) {
                return before == null
                        ? Optional.of(new Line(Change.BEGAN_UNCONFIRMED, now.reason()))
                        : Optional.empty();
            }
            if (before == null || before.onlyUnconfirmed()) {
                return Optional.of(new Line(Change.BEGAN, now.reason()));
            }
            return now.reason().equals(before.reason())
                    ? Optional.empty()
                    : Optional.of(new Line(Change.OTHER_REASON, now.reason()));
        }

        private boolean isNew(SourceLifecycle.Outage outage) {
            SourceLifecycle.Outage before = logged;
            return before == null || before.beganNanos() != outage.beganNanos();
        }

        private Instant began() {
            SourceLifecycle.Outage now = logged;
            return now == null ? Instant.EPOCH : now.since();
        }

        private LogFields fields(int queues) {
            LogFields fields = LogFields.ofQueue(queue);
            return queues == 1 ? fields.epoch(buffer.epoch()) : fields;
        }
    }
}
