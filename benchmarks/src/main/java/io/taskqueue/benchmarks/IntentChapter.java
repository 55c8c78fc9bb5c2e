package io.taskqueue.benchmarks;

import io.taskqueue.sink.EffectProbe;
import io.taskqueue.sink.OnAmbiguity;
import io.taskqueue.streams.ResultTemplate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;

/** What an intent costs that commits before the action runs. */
final class IntentChapter {

    private static final int EVENTS = 3_000;

    private final Stage stage;

    IntentChapter(Stage stage) {
        this.stage = stage;
    }

    /** What was measured did what it stands for: each action had an intent, or none. */
    private void requireIntents(String sink, int expected) throws InterruptedException, ExecutionException {
        long found = stage.cluster().readCommitted(sink + "-results-changelog").stream()
                .filter(recorded -> recorded.value() != null
                        && ResultTemplate.offset(recorded.value()).isEmpty())
                .count();
        if (found != expected) {
            throw new IllegalStateException(
                    expected + " intents should have been committed, but there are " + found + ".");
        }
    }

    void run() throws Exception {
        int events = stage.plan().events(EVENTS);
        Work work = new Work(stage.topics().interleaved(Stage.TASKS, events), events, Stage.SLOW);
        List<Terms> all = new ArrayList<>();
        Duration interval = Terms.DEFAULT.commitInterval();
        all.add(Terms.DEFAULT);
        all.add(new Terms(interval, OnAmbiguity.probe(key -> EffectProbe.Answer.notDone())));
        all.add(new Terms(interval, OnAmbiguity.park()));
        all.add(new Terms(interval, OnAmbiguity.assumeDone()));
        all.add(new Terms(Duration.ofMillis(500), OnAmbiguity.park()));
        List<Contender> contenders = new ArrayList<>();
        for (Terms terms : all) {
            contenders.add(new Contender(terms.policy() + ", " + terms.interval(), footprint -> {
                String name = stage.cluster().freshName("sink");
                Stopwatch.Rate rate = stage.sink().measure(name, work, terms, footprint);
                requireIntents(name, terms.onAmbiguity().needsIntent() ? work.events() : 0);
                return rate;
            }));
        }
        stage.turns("intents", work, contenders);
        Figures.Table table = stage.figures()
                .table(
                        "What an intent costs: calls of 10 ms, 64 at once",
                        "declared, commit interval",
                        "events a second",
                        "of RERUN",
                        "time of one of 64, ms",
                        "CPU µs an event");
        Contest first = contenders.get(0).contest();
        for (Contender contender : contenders) {
            Contest contest = contender.contest();
            table.row(
                    contest.name(),
                    Figures.spread(contest.perSecond()),
                    Figures.ratio(contest, first),
                    Figures.number(
                            "%.1f", 1e3 * Work.AT_ONCE / contest.perSecond().median()),
                    Figures.number("%.0f", contest.cpuMicros().median()));
        }
        table.note(work.events()
                + " events; median of the rounds (least–most). The time of one is what 64 at once take at this"
                + " pace: the call, the wait for its intent's commit, and all else.");
    }
}
