package io.taskqueue.benchmarks.effects;

import io.taskqueue.benchmarks.measure.Candidate;
import io.taskqueue.benchmarks.measure.ResultTables;
import io.taskqueue.benchmarks.measure.RoundResults;
import io.taskqueue.benchmarks.measure.Stopwatch;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.sink.EffectProbe;
import io.taskqueue.sink.OnAmbiguity;
import io.taskqueue.streams.state.StoreNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;

/** The cost of an intent, which is committed before its action runs. */
public final class IntentSection {

    private static final int EVENTS = 3_000;

    private final EffectsSetup setup;

    public IntentSection(EffectsSetup setup) {
        this.setup = setup;
    }

    public void run() throws Exception {
        int events = setup.options().events(EVENTS);
        Workload workload =
                new Workload(setup.topics().interleaved(EffectsSetup.TASKS, events), events, EffectsSetup.CALL);
        List<EffectSettings> all = new ArrayList<>();
        Duration interval = EffectSettings.DEFAULT.commitInterval();
        all.add(EffectSettings.DEFAULT);
        all.add(new EffectSettings(interval, OnAmbiguity.probe(key -> EffectProbe.Answer.notDone())));
        all.add(new EffectSettings(interval, OnAmbiguity.park()));
        all.add(new EffectSettings(interval, OnAmbiguity.assumeDone()));
        all.add(new EffectSettings(Duration.ofMillis(500), OnAmbiguity.park()));
        List<Candidate> candidates = new ArrayList<>();
        for (EffectSettings settings : all) {
            candidates.add(new Candidate(settings.policy() + ", " + settings.interval(), usage -> {
                String name = setup.cluster().newName("sink");
                Stopwatch.Rate rate = setup.sink().measure(name, workload, settings, usage);
                requireIntents(name, settings.onAmbiguity().needsIntent() ? workload.events() : 0);
                return rate;
            }));
        }
        setup.compare("intents", workload, candidates);
        ResultTables.Table table = setup.tables()
                .table(
                        "The cost of an intent: calls of 10 ms, 64 concurrent",
                        "policy, commit interval",
                        "events per second",
                        "÷ RERUN",
                        "time of one of 64, ms",
                        "CPU µs an event");
        RoundResults rerun = candidates.get(0).results();
        for (Candidate candidate : candidates.subList(1, 4)) {
            setup.tables()
                    .goal(
                            candidate.results().name(),
                            "at least 0.7 of RERUN",
                            candidate.results().ratioTo(rerun),
                            0.7);
        }
        for (Candidate candidate : candidates) {
            RoundResults results = candidate.results();
            table.row(
                    results.name(),
                    results.perSecond().spread(),
                    ResultTables.ratio(results, rerun),
                    ResultTables.number(
                            "%.1f",
                            1e3 * Workload.CONCURRENCY / results.perSecond().median()),
                    ResultTables.number("%.0f", results.cpuMicros().median()));
        }
        table.note(workload.events()
                + " events; median of the rounds (minimum–maximum). The time of one is the time of an event at this speed with"
                + " 64 concurrent events: the call, the wait for the commit of its intent, and everything else.");
    }

    /** Verifies that each action had an intent, or none had. */
    private void requireIntents(String sink, int expected) throws InterruptedException, ExecutionException {
        long found = setup.cluster().readCommitted(TopicNames.changelog(sink, StoreNames.RESULTS)).stream()
                .filter(recorded -> recorded.value() != null
                        && ResultTemplate.offset(recorded.value()).isEmpty())
                .count();
        if (found != expected) {
            throw new IllegalStateException(
                    "Expected " + expected + " committed intents, but there are " + found + ".");
        }
    }
}
