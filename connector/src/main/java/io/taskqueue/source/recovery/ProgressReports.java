package io.taskqueue.source.recovery;

import io.taskqueue.queue.Ticker;
import java.time.Duration;

/** Reports the progress of one recovery to its listener: at the beginning, four times a second, and at the end. */
final class ProgressReports {

    private static final Duration INTERVAL = Duration.ofMillis(250);

    private final long from;
    private final long to;
    private final Recovery settings;
    private final Ticker ticker;
    private long reportedNanos;

    ProgressReports(long from, long to, Recovery settings, Ticker ticker) {
        this.from = from;
        this.to = to;
        this.settings = settings;
        this.ticker = ticker;
        this.reportedNanos = ticker.nanos();
        report(from);
    }

    /** The records before this offset were taken. */
    void reached(long next) {
        if (next <= to && ticker.nanos() - reportedNanos >= INTERVAL.toNanos()) {
            reportedNanos = ticker.nanos();
            report(Math.max(from, next));
        }
    }

    void end() {
        report(to);
    }

    private void report(long next) {
        settings.progress().accept(new RecoveryProgress(from, to, next));
    }
}
