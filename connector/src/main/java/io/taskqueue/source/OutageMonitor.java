package io.taskqueue.source;

import io.taskqueue.config.DurationText;
import io.taskqueue.queue.Ticker;
import io.taskqueue.source.publish.EventBuffer;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Detects that the events of a queue do not reach Kafka, finds out why, and logs the beginning and the end, each once. A producer
 * reports nothing while no broker answers, and then that the topic is unknown; so the cluster is asked.
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

        /** Why events cannot be written now, as text for operators; empty if the cluster answers and could take them. */
        Optional<String> problem() throws InterruptedException;

        @Override
        void close();
    }

    private final String queue;
    private final EventBuffer<?> buffer;
    private final SourceLifecycle lifecycle;
    private final Ticker ticker;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean failing;
    private boolean woken;
    private boolean closed;
    private long acknowledged;
    private long progressNanos;
    private long probedNanos;
    private SourceLifecycle.@Nullable Outage logged;

    OutageMonitor(String queue, EventBuffer<?> buffer, SourceLifecycle lifecycle, Ticker ticker) {
        this.queue = queue;
        this.buffer = buffer;
        this.lifecycle = lifecycle;
        this.ticker = ticker;
        this.progressNanos = ticker.nanos();
        this.probedNanos = progressNanos;
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
                        "The health of the source of queue {} cannot be checked; it is tried again each second.",
                        queue,
                        e);
            }
            failing = true;
        }
    }

    /** One check. */
    void check(Probe probe) throws InterruptedException {
        boolean waiting = buffer.size() > 0;
        noteProgress(waiting);
        Optional<SourceLifecycle.Outage> outage = lifecycle.outage();
        if (outage.isEmpty()) {
            detect(probe, waiting);
        } else if (isNew(outage.get()) || since(probedNanos).compareTo(PROBE_INTERVAL) >= 0) {
            diagnose(probe, waiting);
        }
        log(lifecycle.outage().orElse(null));
    }

    private void noteProgress(boolean waiting) {
        long reached = buffer.acknowledgedUpTo().sequence();
        if (reached != acknowledged || !waiting) {
            acknowledged = reached;
            progressNanos = ticker.nanos();
        }
    }

    private void detect(Probe probe, boolean waiting) throws InterruptedException {
        Duration noProgress = since(progressNanos);
        Duration late = buffer.oldestWaiting()
                .map(EventBuffer.Waiting::age)
                .filter(age -> age.compareTo(noProgress) < 0)
                .orElse(noProgress);
        if (waiting && late.compareTo(LATE) > 0) {
            lifecycle.late(late, "Kafka has acknowledged no event for more than " + DurationText.of(LATE));
            diagnose(probe, true);
        } else if (!waiting && since(probedNanos).compareTo(IDLE_PROBE_INTERVAL) >= 0) {
            problem(probe).ifPresent(reason -> lifecycle.late(Duration.ZERO, reason));
        }
    }

    private void diagnose(Probe probe, boolean waiting) throws InterruptedException {
        Optional<String> problem = problem(probe);
        problem.ifPresent(lifecycle::diagnosed);
        if (problem.isEmpty() && !waiting && buffer.size() == 0) {
            lifecycle.acknowledged(); // an event would be
        }
    }

    private Optional<String> problem(Probe probe) throws InterruptedException {
        try {
            return probe.problem();
        } finally {
            probedNanos = ticker.nanos();
        }
    }

    private void log(SourceLifecycle.@Nullable Outage now) {
        SourceLifecycle.Outage before = logged;
        if (before != null && (now == null || isNew(now))) {
            LOG.warn(
                    before.onlyUnconfirmed()
                            ? "The events of queue {} are confirmed again, after {}. {} events wait, and are sent now."
                            : "The events of queue {} reach Kafka again, after {}. {} events wait, and are sent now.",
                    queue,
                    DurationText.of(since(before.beganNanos()).truncatedTo(ChronoUnit.SECONDS)),
                    buffer.size());
        }
        if (now != null && now.onlyUnconfirmed() && isNew(now)) {
            LOG.warn(
                    "The events of queue {} reach Kafka, but have not been confirmed since {}: {}. They are confirmed when the"
                            + " registry can be read.",
                    queue,
                    now.since(),
                    now.reason());
        } else if (now != null
                && (isNew(now) || (before != null && before.onlyUnconfirmed() && !now.onlyUnconfirmed()))) {
            LOG.warn(
                    "The events of queue {} have not reached Kafka since {}: {}. {} events wait; none is lost, and all are sent"
                            + " when Kafka accepts them.",
                    queue,
                    now.since(),
                    now.reason(),
                    buffer.size());
        } else if (now != null && before != null && !now.reason().equals(before.reason())) {
            LOG.info("The events of queue {} still do not reach Kafka: {}.", queue, now.reason());
        }
        logged = now;
    }

    private boolean isNew(SourceLifecycle.Outage outage) {
        SourceLifecycle.Outage before = logged;
        return before == null || before.beganNanos() != outage.beganNanos();
    }

    private Duration since(long nanos) {
        return Duration.ofNanos(ticker.nanos() - nanos);
    }
}
