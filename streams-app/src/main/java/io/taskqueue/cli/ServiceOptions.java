package io.taskqueue.cli;

import io.taskqueue.sink.OnExhausted;
import io.taskqueue.sink.OnGap;
import io.taskqueue.sink.OnPermanent;
import io.taskqueue.streams.SinkService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** How a sink's service works: how much at once, and what it does with what it cannot apply. */
final class ServiceOptions {

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            defaultValue = "64",
            description = "Events applied side by side; those of one task stay in order. Default: ${DEFAULT-VALUE}.")
    private int concurrency;

    @Option(
            names = "--max-in-flight",
            paramLabel = "N",
            defaultValue = "512",
            description = "Events seen and not applied yet, of a partition; at least --concurrency. "
                    + "Default: ${DEFAULT-VALUE}.")
    private int maxInFlight;

    @Option(
            names = "--on-exhausted",
            paramLabel = "park|stop",
            defaultValue = "park",
            description =
                    "What becomes of an event whose tries are used up: it is parked, later events of its task behind it "
                            + "(see `taskqueue parked`), or the sink stops before it. Default: ${DEFAULT-VALUE}.")
    private OnExhausted onExhausted = OnExhausted.PARK;

    @Option(
            names = "--on-permanent",
            paramLabel = "record|park",
            defaultValue = "record",
            description =
                    "What becomes of an effect that failed permanently: the failure is its recorded result, or its event is "
                            + "parked. Default: ${DEFAULT-VALUE}.")
    private OnPermanent onPermanent = OnPermanent.RECORD;

    @Option(
            names = "--max-parked",
            paramLabel = "N",
            defaultValue = "100000",
            description = "Parked events of a partition beyond which the sink stops, with all of them kept. "
                    + "Default: ${DEFAULT-VALUE}.")
    private int maxParked;

    @Option(
            names = "--on-gap",
            paramLabel = "continue|halt",
            defaultValue = "continue",
            description =
                    "What happens where events of a queue are missing: the queue is marked diverged, and the sink goes on "
                            + "or stops before the next one. Default: ${DEFAULT-VALUE}.")
    private OnGap onGap = OnGap.CONTINUE;

    @Option(
            names = "--clear-diverged",
            paramLabel = "QUEUE",
            description =
                    "Take the mark off this queue, with its next event, that events of it were missing. Repeatable.")
    private List<String> clearDiverged = new ArrayList<>();

    @Option(
            names = "--commit-interval",
            paramLabel = "D",
            defaultValue = "100ms",
            description =
                    "How often offsets and results commit, at least 10ms; after a crash, about that much runs again. "
                            + "Default: ${DEFAULT-VALUE}.")
    private Duration commitInterval = Duration.ZERO;

    @Option(
            names = "--drain-timeout",
            paramLabel = "D",
            defaultValue = "5s",
            description = "How long what runs may take to finish when the sink stops or gives a partition away. "
                    + "Default: ${DEFAULT-VALUE}.")
    private Duration drainTimeout = Duration.ZERO;

    @Option(
            names = "--topic-wait",
            paramLabel = "D",
            defaultValue = "30s",
            description = "How long a missing event topic is waited for. Default: ${DEFAULT-VALUE}.")
    private Duration topicWait = Duration.ZERO;

    void configure(SinkService.Builder<?> builder) {
        builder.concurrency(concurrency)
                .maxInFlight(maxInFlight)
                .onExhausted(onExhausted)
                .onPermanent(onPermanent)
                .maxParked(maxParked)
                .onGap(onGap)
                .commitInterval(commitInterval)
                .drainTimeout(drainTimeout)
                .topicWait(topicWait);
    }

    /** How long what runs may take when the process is asked to end. */
    Duration drainTimeout() {
        return drainTimeout;
    }

    /** What a person decided about queues of a service that has started. */
    void decide(SinkService service) {
        clearDiverged.forEach(service::clearDiverged);
    }
}
