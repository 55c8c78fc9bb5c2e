package io.taskqueue.source.recovery;

import io.taskqueue.queue.Ticker;
import java.time.Duration;

/** Reports the progress of one recovery to its listener: at the beginning, four times a second, and at the end. */
final class ProgressReports {

    private static final Duration INTERVAL = Duration.ofMillis(250);
    private static final int RECORDS_BETWEEN_READINGS = 1_024;

    private final long from;
    private final long to;
    private final Recovery settings;
    private final Ticker ticker;
    private long reportedNanos;
    private long records;

    ProgressReports(long from, long to, Recovery settings, Ticker ticker) {
        this.from = from;
        this.to = to;
        this.settings = settings;
        this.ticker = ticker;
        this.reportedNanos = ticker.nanos();
        report(from);
    }

    /** A record before this offset was taken. The time is read once for many records. */
    void reached(long next) {
        records++;
        if (records % RECORDS_BETWEEN_READINGS == 0 && ticker.nanos() - reportedNanos >= INTERVAL.toNanos()) {
            reportedNanos = ticker.nanos();
            report(next);
        }
    }

    void end() {
        report(to);
    }

    private void report(long next) {
        settings.progress().accept(new RecoveryProgress(from, to, next));
    }
}
