package io.taskqueue.benchmarks;

import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.streams.ResultTemplate;
import io.taskqueue.streams.SinkService;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Effects that do nothing, and a replay of them: what decoding, workers and records cost beside one put, and one get. */
final class StoreChapter {

    private final Stage stage;
    private final ResultTemplate expected = new ResultTemplate(SourceRun.QUEUE, SinkRun.EFFECT);

    StoreChapter(Stage stage) {
        this.stage = stage;
    }

    private Figures.Table table(String title, String beside) {
        return stage.figures()
                .table(
                        title,
                        "events",
                        "sink",
                        beside,
                        "ratio",
                        "CPU µs an event, sink / beside",
                        "of which the busiest thread",
                        "threads",
                        "calls at once",
                        "heap, MB");
    }

    void noOp() throws Exception {
        Work work = stage.noOpWork();
        Contender ours = new Contender("sink", footprint -> {
            String name = stage.cluster().freshName("sink");
            Stopwatch.Rate rate = stage.sink().measure(name, work, Terms.DEFAULT, footprint);
            requireSameBytes(name);
            return rate;
        });
        Contender bare = new Contender("bare Streams", footprint -> stage.streams()
                .measure(
                        stage.cluster().freshName("bare"),
                        work,
                        StreamsRun.Step.PUT,
                        Terms.DEFAULT.commitInterval(),
                        footprint));
        stage.turns("no-op", work, List.of(ours, bare));
        Figures.Table table = table("An effect that does nothing, its result recorded", "bare Streams, one put");
        row(table, work, ours, bare);
        mark("no-op effect", 0.75, ours, bare);
        table.note(
                "Events a second: median of the rounds (least–most). The bare processor puts the same bytes into the same"
                        + " kind of store, and does not decode.");
    }

    void replay() throws Exception {
        Work work = stage.noOpWork();
        String sink = stage.cluster().freshName("sink");
        String bare = stage.cluster().freshName("bare");
        try (Footprint unused = new Footprint()) {
            stage.sink().measure(sink, work, Terms.DEFAULT, unused);
            stage.streams().measure(bare, work, StreamsRun.Step.PUT, Terms.DEFAULT.commitInterval(), unused);
        }
        Contender ours = new Contender("sink", footprint -> replay(sink, work, footprint));
        Contender theirs = new Contender("bare Streams", footprint -> {
            stage.cluster().rewind(bare, work.topic());
            return stage.streams().measure(bare, work, StreamsRun.Step.GET, Terms.DEFAULT.commitInterval(), footprint);
        });
        List<Contender> contenders = List.of(ours, theirs);
        stage.warmed().run("replay", contenders, () -> {});
        contenders.forEach(contender -> stage.figures().keep("replay", contender.contest()));
        Figures.Table table = table("Replay, all results recorded", "bare Streams, one get");
        row(table, work, ours, theirs);
        mark("replay", 0.8, ours, theirs);
        table.note(
                "Offsets moved to the beginning, the service started again with its state; the clock runs from the first"
                        + " event applied until all are, with every result reused, no action run, and the topic's end committed.");
    }

    private void mark(String run, double toReach, Contender ours, Contender beside) {
        double share = Figures.share(ours.contest(), beside.contest());
        stage.figures().mark(run, toReach + " of bare Streams", Figures.number("%.2f", share), share >= toReach);
    }

    private void row(Figures.Table table, Work work, Contender ours, Contender beside) {
        List<Contest> both = List.of(ours.contest(), beside.contest());
        table.row(
                Figures.number("%,.0f", work.events()),
                Figures.spread(ours.contest().perSecond()),
                Figures.spread(beside.contest().perSecond()),
                Figures.ratio(ours.contest(), beside.contest()),
                Figures.medians("%.1f", both, Contest::cpuMicros),
                Figures.medians("%.1f", both, Contest::busiestMicros),
                Figures.medians("%.0f", both, Contest::threads),
                Figures.medians("%.0f", both, Contest::atOnce),
                Figures.medians("%.0f", both, Contest::heapMegabytes));
    }

    private Stopwatch.Rate replay(String name, Work work, Footprint footprint)
            throws InterruptedException, ExecutionException {
        stage.cluster().rewind(name, work.topic());
        AtomicReference<@Nullable Stopwatch> first = new AtomicReference<>();
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        ReplicationSink<String> sink = (event, effects) -> {
            if (first.get() == null) {
                first.compareAndSet(null, new Stopwatch());
            }
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            effects.run(SinkRun.EFFECT, key -> {
                throw new IllegalStateException("A replay ran " + key + ", so it means nothing.");
            });
            inside.decrementAndGet();
        };
        try (SinkService service = stage.sink()
                .builder(name, work.topic(), sink, Terms.DEFAULT.commitInterval())
                .start()) {
            SinkRun.awaitRecorded(service, 0, work.events());
            stage.cluster().awaitCommitted(name, work.topic());
            Stopwatch watch = first.get();
            if (watch == null) {
                throw new IllegalStateException("All results are reused, but none was first.");
            }
            Stopwatch.Rate rate = watch.rate(work.events());
            footprint.settle(most.get());
            return rate;
        }
    }

    /** What stands beside the sink puts what the sink records, or the ratio means nothing. */
    private void requireSameBytes(String sink) throws InterruptedException, ExecutionException {
        ConsumerRecord<byte[], byte[]> recorded =
                stage.cluster().read(sink + "-results-changelog", 1).get(0);
        int key = expected.key(1).length;
        int value = expected.value(1).length;
        if (recorded.key().length != key || recorded.value().length != value) {
            throw new IllegalStateException("A sink records " + recorded.key().length + " + " + recorded.value().length
                    + " bytes, but " + key + " + " + value + " are put beside it.");
        }
    }
}
