package io.taskqueue.cli.dispatch;

import io.taskqueue.queue.Ticker;
import io.taskqueue.source.SourceHealth;
import io.taskqueue.source.SourceState;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reports that events wait for Kafka: once when that begins, then at most each half minute, and once when it ends. An outage is told
 * from the next one by its beginning, so that its end is reported even if no check saw the source between the two. For one thread,
 * which calls {@link #check} all the time.
 */
final class OutageReports {

    private static final Duration INTERVAL = Duration.ofSeconds(30);

    private final Supplier<SourceHealth> source;
    private final Ticker ticker;
    private final Consumer<String> report;
    private @Nullable Instant reportedOutage;
    private long reportedNanos;

    OutageReports(Supplier<SourceHealth> source, Ticker ticker, Consumer<String> report) {
        this.source = source;
        this.ticker = ticker;
        this.report = report;
    }

    void check() {
        SourceHealth health = source.get();
        if (health.state() == SourceState.RETRYING) {
            if (!health.since().equals(reportedOutage)) {
                ended();
                report(health);
            } else if (ticker.nanos() - reportedNanos >= INTERVAL.toNanos()) {
                report(health);
            }
        } else if (health.ready()) {
            ended();
        }
    }

    /** Kafka has acknowledged every event: the outage has ended, whether or not a check has seen that. */
    void allAcknowledged() {
        ended();
    }

    private void report(SourceHealth health) {
        report.accept(String.format(
                Locale.ROOT,
                "%,d events wait for Kafka since %s%s. This process is not ready, and loses none of them while it runs.",
                health.bufferedEvents(),
                health.since(),
                health.reason().map(reason -> ": " + reason).orElse("")));
        reportedOutage = health.since();
        reportedNanos = ticker.nanos();
    }

    private void ended() {
        if (reportedOutage != null) {
            report.accept("Kafka acknowledges events again.");
            reportedOutage = null;
        }
    }
}
