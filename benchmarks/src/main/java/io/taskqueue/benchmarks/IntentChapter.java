package io.taskqueue.benchmarks;

import io.taskqueue.sink.EffectProbe;
import io.taskqueue.sink.OnAmbiguity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What an intent costs that commits before the action runs. */
final class IntentChapter {

    private static final int EVENTS = 3_000;

    private final Stage stage;

    IntentChapter(Stage stage) {
        this.stage = stage;
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
            contenders.add(new Contender(terms.policy() + ", " + terms.interval(), footprint -> stage.sink()
                    .measure(work, terms, footprint)));
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
