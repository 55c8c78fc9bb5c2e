package io.taskqueue.cli;

import io.taskqueue.streams.ReplayReceipt;
import io.taskqueue.streams.SinkReplays;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Waits for a receipt to be complete: the sink that completes it runs elsewhere. */
final class ReceiptWatch {

    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);

    private final SinkReplays replays;
    private final Clock clock;

    ReceiptWatch(SinkReplays replays, Clock clock) {
        this.replays = replays;
        this.clock = clock;
    }

    /**
     * Returns the report once it is complete, or as it is when the time is up or the process is asked to end.
     *
     * @param report makes the report of all partitions' receipts
     */
    Optional<ReplayReport> await(
            Duration wait, Function<List<ReplayReceipt>, Optional<ReplayReport>> report, Progress progress)
            throws InterruptedException {
        Instant deadline = clock.instant().plus(wait);
        try (StopSignal stop = StopSignal.listen(STOP_PATIENCE);
                progress) {
            while (true) {
                Optional<ReplayReport> now = report.apply(replays.receipts());
                now.ifPresent(seen -> progress.at(seen.counts().events(), -1));
                boolean complete = now.map(ReplayReport::complete).orElse(false);
                if (complete || !clock.instant().isBefore(deadline) || stop.await(LOOK)) {
                    return now;
                }
            }
        }
    }
}
