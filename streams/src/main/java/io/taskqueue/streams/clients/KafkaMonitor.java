package io.taskqueue.streams.clients;

import io.taskqueue.config.DurationText;
import io.taskqueue.logging.LogFields;
import io.taskqueue.queue.Ticker;
import io.taskqueue.streams.execution.ThreadGuard;
import io.taskqueue.streams.settings.SinkSettings;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks at an interval whether a sink can use Kafka, because Kafka's clients keep to themselves that they cannot: each partition of the
 * event topic has a leader that answers, and so has the group. Logs where an outage begins and where it ends, each once. Thread-safe.
 */
public final class KafkaMonitor implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaMonitor.class);

    private static final Duration INTERVAL = Duration.ofSeconds(5);

    /** How long the cluster may take to answer a request. */
    private static final Duration TIMEOUT = Duration.ofSeconds(4);

    /** What is checked. */
    interface Checks extends AutoCloseable {

        /** Why the sink cannot use Kafka now, as text for operators; empty if it can. */
        Optional<String> problem() throws InterruptedException;

        /** What needs attention although it can, by a name for each kind; asked where it can. */
        Map<String, String> notes() throws InterruptedException;

        @Override
        void close();
    }

    private record Outage(Instant since, long beganNanos, String reason) {}

    private final SinkSettings<?> settings;
    private final Checks checks;
    private final Ticker ticker;
    private final ScheduledExecutorService thread;
    private volatile @Nullable Outage outage;
    private volatile Map<String, String> notes = Map.of();

    public KafkaMonitor(SinkSettings<?> settings, ThreadGuard failures) {
        this(settings, new KafkaChecks(settings, TIMEOUT));
        Future<?> unused = thread.scheduleWithFixedDelay(
                failures.guarded(this::check), INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    KafkaMonitor(SinkSettings<?> settings, Checks checks) {
        this.settings = settings;
        this.checks = checks;
        this.ticker = settings.instruments().ticker();
        this.thread = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread monitor =
                    new Thread(LogFields.ofSink(settings.name()).around(work), settings.name() + "-kafka-monitor");
            monitor.setDaemon(true);
            return monitor;
        });
    }

    /** Since when the sink cannot use Kafka, and why; empty if it can, as far as is known. */
    public Optional<String> outage() {
        Outage now = outage;
        return now == null
                ? Optional.empty()
                : Optional.of("Kafka has not been usable since " + now.since() + ": " + now.reason());
    }

    /** What needs attention although the sink works, by a name for each kind. */
    public Map<String, String> notes() {
        return notes;
    }

    /** One check; on the monitor's thread. */
    void check() {
        try {
            Optional<String> problem = checks.problem();
            if (problem.isPresent()) {
                outage(problem.get());
            } else {
                usable();
                notes = checks.notes();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void outage(String reason) {
        Outage before = outage;
        if (before == null) {
            Outage begun = new Outage(settings.instruments().clock().instant(), ticker.nanos(), reason);
            outage = begun;
            LOG.warn(
                    "Sink {} cannot use Kafka since {}: {}. Nothing is lost; it continues when it can, and effects that were"
                            + " not committed run again under their first key.",
                    settings.name(),
                    begun.since(),
                    reason);
        } else if (!before.reason().equals(reason)) {
            outage = new Outage(before.since(), before.beganNanos(), reason);
            LOG.info("Sink {} still cannot use Kafka: {}.", settings.name(), reason);
        }
    }

    private void usable() {
        Outage before = outage;
        if (before != null) {
            outage = null;
            Duration lasted = Duration.ofNanos(ticker.nanos() - before.beganNanos());
            LOG.warn(
                    "Sink {} can use Kafka again, after {}.",
                    settings.name(),
                    DurationText.of(lasted.truncatedTo(ChronoUnit.SECONDS)));
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
        checks.close();
    }
}
