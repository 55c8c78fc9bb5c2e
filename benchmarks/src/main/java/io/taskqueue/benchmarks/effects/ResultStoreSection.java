package io.taskqueue.benchmarks.effects;

import io.taskqueue.benchmarks.measure.Candidate;
import io.taskqueue.benchmarks.measure.FirstCallStopwatch;
import io.taskqueue.benchmarks.measure.ResourceUsage;
import io.taskqueue.benchmarks.measure.ResultTables;
import io.taskqueue.benchmarks.measure.RoundResults;
import io.taskqueue.benchmarks.measure.Stopwatch;
import io.taskqueue.benchmarks.source.SourceRun;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.streams.SinkService;
import io.taskqueue.streams.state.StoreNames;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Effects that do nothing, and a replay of them: the cost of decoding, worker threads and recording, beside one put and one get
 * of a store.
 */
public final class ResultStoreSection {

    private final EffectsSetup setup;
    private final ResultTemplate expected = new ResultTemplate(SourceRun.QUEUE, SinkRun.EFFECT);

    public ResultStoreSection(EffectsSetup setup) {
        this.setup = setup;
    }

    /** Measures effects that do nothing. */
    public void runNoOp() throws Exception {
        Workload workload = setup.noOpWorkload();
        Candidate ours = new Candidate("sink", usage -> {
            String name = setup.cluster().newName("sink");
            Stopwatch.Rate rate = setup.sink().measure(name, workload, EffectSettings.DEFAULT, usage);
            requireSameSize(name);
            return rate;
        });
        Candidate bare = new Candidate("bare Streams", usage -> setup.streams()
                .measure(
                        setup.cluster().newName("bare"),
                        workload,
                        BareStreamsRun.StoreCall.PUT,
                        EffectSettings.DEFAULT.commitInterval(),
                        usage));
        setup.compare("no-op", workload, List.of(ours, bare));
        ResultTables.Table table = table("An effect that does nothing, its result recorded", "bare Streams, one put");
        addRow(table, workload, ours, bare);
        addGoal("no-op effect", 0.75, ours, bare);
        table.note(
                "Events per second: median of the rounds (minimum–maximum). The bare processor puts the same bytes into a"
                        + " store of the same type, and does not decode.");
    }

    /** Measures a replay. */
    public void runReplay() throws Exception {
        Workload workload = setup.noOpWorkload();
        String sink = setup.cluster().newName("sink");
        String bare = setup.cluster().newName("bare");
        try (ResourceUsage unused = new ResourceUsage()) {
            setup.sink().measure(sink, workload, EffectSettings.DEFAULT, unused);
            setup.streams()
                    .measure(
                            bare,
                            workload,
                            BareStreamsRun.StoreCall.PUT,
                            EffectSettings.DEFAULT.commitInterval(),
                            unused);
        }
        Candidate ours = new Candidate("sink", usage -> replay(sink, workload, usage));
        Candidate theirs = new Candidate("bare Streams", usage -> {
            setup.cluster().rewind(bare, workload.topic());
            return setup.streams()
                    .measure(
                            bare,
                            workload,
                            BareStreamsRun.StoreCall.GET,
                            EffectSettings.DEFAULT.commitInterval(),
                            usage);
        });
        List<Candidate> candidates = List.of(ours, theirs);
        setup.warmedUp().run("replay", candidates, () -> {});
        candidates.forEach(candidate -> setup.tables().add("replay", candidate.results()));
        ResultTables.Table table = table("Replay, all results recorded", "bare Streams, one get");
        addRow(table, workload, ours, theirs);
        addGoal("replay", 0.8, ours, theirs);
        table.note(
                "The offsets are moved to the beginning and the service is started again with its state. Measured from the"
                        + " first event applied until all are applied, with every result reused, no action run, and the topic's end"
                        + " committed.");
    }

    private Stopwatch.Rate replay(String name, Workload workload, ResourceUsage usage)
            throws InterruptedException, ExecutionException {
        setup.cluster().rewind(name, workload.topic());
        FirstCallStopwatch watch = new FirstCallStopwatch();
        AtomicInteger concurrent = new AtomicInteger();
        AtomicInteger maxConcurrent = new AtomicInteger();
        ReplicationSink<String> sink = (event, effects) -> {
            watch.call();
            maxConcurrent.accumulateAndGet(concurrent.incrementAndGet(), Math::max);
            effects.run(SinkRun.EFFECT, key -> {
                throw new IllegalStateException(
                        "The replay ran the action of " + key + ", so the figures are not meaningful.");
            });
            concurrent.decrementAndGet();
        };
        try (SinkService service = setup.sink()
                .builder(name, workload.topic(), sink, EffectSettings.DEFAULT.commitInterval())
                .start()) {
            SinkRun.awaitRecorded(service, 0, workload.events());
            setup.cluster().awaitCommitted(name, workload.topic());
            Stopwatch.Rate rate = watch.rate(workload.events());
            usage.complete(maxConcurrent.get());
            return rate;
        }
    }

    private ResultTables.Table table(String title, String beside) {
        return setup.tables()
                .table(
                        title,
                        "events",
                        "sink",
                        beside,
                        "ratio",
                        "CPU µs an event, sink / bare Streams",
                        "of which the busiest thread",
                        "threads",
                        "concurrent calls",
                        "heap, MB");
    }

    private static void addRow(ResultTables.Table table, Workload workload, Candidate ours, Candidate theirs) {
        List<RoundResults> both = List.of(ours.results(), theirs.results());
        table.row(
                ResultTables.number("%,.0f", workload.events()),
                ours.results().perSecond().spread(),
                theirs.results().perSecond().spread(),
                ResultTables.ratio(ours.results(), theirs.results()),
                ResultTables.medians("%.1f", both, RoundResults::cpuMicros),
                ResultTables.medians("%.1f", both, RoundResults::busiestMicros),
                ResultTables.medians("%.0f", both, RoundResults::threads),
                ResultTables.medians("%.0f", both, RoundResults::concurrentCalls),
                ResultTables.medians("%.0f", both, RoundResults::heapMegabytes));
    }

    private void addGoal(String run, double goal, Candidate ours, Candidate theirs) throws IOException {
        setup.tables()
                .goal(
                        run,
                        "at least " + goal + " of bare Streams",
                        ours.results().ratioTo(theirs.results()),
                        goal);
    }

    /** Verifies that the bare processor puts keys and values of the same size as the sink, or the ratio is not meaningful. */
    private void requireSameSize(String sink) throws InterruptedException, ExecutionException {
        ConsumerRecord<byte[], byte[]> recorded = setup.cluster()
                .read(TopicNames.changelog(sink, StoreNames.RESULTS), 1)
                .get(0);
        int key = expected.key(1).length;
        int value = expected.value(1).length;
        if (recorded.key().length != key || recorded.value().length != value) {
            throw new IllegalStateException(
                    "The sink records a key of " + recorded.key().length + " and a value of " + recorded.value().length
                            + " bytes, but the bare processor puts " + key + " and " + value + " bytes.");
        }
    }
}
