package io.taskqueue.benchmarks.effects;

import io.taskqueue.benchmarks.measure.Candidate;
import io.taskqueue.benchmarks.measure.FirstCallStopwatch;
import io.taskqueue.benchmarks.measure.ResourceUsage;
import io.taskqueue.benchmarks.measure.ResultTables;
import io.taskqueue.benchmarks.measure.RoundResults;
import io.taskqueue.benchmarks.measure.Stopwatch;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.streams.SinkService;
import io.taskqueue.streams.status.QueueStatus;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;

/** Events of kinds that a sink does not act on, beside a Kafka Streams processor that does nothing with its records. */
public final class InterestSection {

    private static final int EVENTS = 600_000;
    private static final double GOAL = 300_000;

    private final EffectsSetup setup;

    public InterestSection(EffectsSetup setup) {
        this.setup = setup;
    }

    public void run() throws Exception {
        int events = setup.options().events(EVENTS);
        // one task that fails repeatedly: only its first event is Enqueued, and starts the clock
        Workload workload = new Workload(setup.topics().interleaved(1, events), events, EffectsSetup.CALL);
        Candidate ours = new Candidate("sink", usage -> measure(workload, usage));
        Candidate bare = new Candidate("bare Streams", usage -> setup.streams()
                .measure(
                        setup.cluster().newName("bare"),
                        workload,
                        BareStreamsRun.StoreCall.NONE,
                        EffectSettings.DEFAULT.commitInterval(),
                        usage));
        setup.compare("interest", workload, setup.warmedUp(), List.of(ours, bare));
        ResultTables.Table table = setup.tables()
                .table(
                        "Events on which a sink does not act",
                        "events",
                        "sink",
                        "bare Streams that drops them",
                        "ratio",
                        "CPU µs an event, sink / bare Streams",
                        "of which the busiest thread");
        List<RoundResults> both = List.of(ours.results(), bare.results());
        table.row(
                ResultTables.number("%,.0f", events),
                ours.results().perSecond().spread(),
                bare.results().perSecond().spread(),
                ResultTables.ratio(ours.results(), bare.results()),
                ResultTables.medians("%.2f", both, RoundResults::cpuMicros),
                ResultTables.medians("%.2f", both, RoundResults::busiestMicros));
        table.note(
                "Events per second, from the first until the topic's end is committed: median of the rounds"
                        + " (minimum–maximum). The sink acts on the first event only; it classifies the others, so that none is missing.");
        double perSecond = ours.results().perSecond().median();
        setup.tables()
                .goal(
                        "events of no interest",
                        ResultTables.number("at least %,.0f a second", GOAL),
                        ResultTables.number("%,.0f", perSecond),
                        perSecond >= GOAL);
    }

    private Stopwatch.Rate measure(Workload workload, ResourceUsage usage)
            throws InterruptedException, ExecutionException {
        String name = setup.cluster().newName("sink");
        FirstCallStopwatch watch = new FirstCallStopwatch();
        try (SinkService service = setup.sink()
                .builder(
                        name,
                        workload.topic(),
                        (event, effects) -> watch.call(),
                        EffectSettings.DEFAULT.commitInterval())
                .kinds(Set.of(EventKind.ENQUEUED))
                .start()) {
            setup.cluster().awaitCommitted(name, workload.topic());
            Stopwatch.Rate rate = watch.rate(workload.events());
            usage.complete(1);
            QueueStatus queue = service.status().queues().get(0);
            Position done = queue.positions().done();
            if (queue.counts().applied() != 1
                    || queue.counts().gaps() != 0
                    || done == null
                    || done.sequence() != workload.events()) {
                throw new IllegalStateException(
                        "Expected 1 applied event of " + workload.events() + ", but the status is " + queue);
            }
            return rate;
        }
    }
}
