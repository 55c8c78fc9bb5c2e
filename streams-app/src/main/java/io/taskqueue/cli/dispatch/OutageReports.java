package io.taskqueue.cli.dispatch;

import io.taskqueue.queue.Ticker;
import io.taskqueue.source.SourceHealth;
import io.taskqueue.source.SourceState;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Reports that events wait for Kafka: once when that begins, then at most each half minute, and once when it ends. For one thread,
 * which calls {@link #check} all the time.
 */
final class OutageReports {

    private static final Duration INTERVAL = Duration.ofSeconds(30);

    private final Supplier<SourceHealth> source;
    private final Ticker ticker;
    private final Consumer<String> report;
    private boolean reported;
    private long reportedNanos;

    OutageReports(Supplier<SourceHealth> source, Ticker ticker, Consumer<String> report) {
        this.source = source;
        this.ticker = ticker;
        this.report = report;
    }

    void check() {
        SourceHealth health = source.get();
        boolean outage = health.state() == SourceState.RETRYING;
        if (outage && (!reported || ticker.nanos() - reportedNanos >= INTERVAL.toNanos())) {
            report.accept(String.format(
                    Locale.ROOT,
                    "%,d events wait for Kafka since %s%s. This process is not ready, and loses none of them while it runs.",
                    health.bufferedEvents(),
                    health.since(),
                    health.reason().map(reason -> ": " + reason).orElse("")));
            reported = true;
            reportedNanos = ticker.nanos();
        } else if (!outage && reported && health.ready()) {
            report.accept("Kafka acknowledges events again.");
            reported = false;
        }
    }
}
