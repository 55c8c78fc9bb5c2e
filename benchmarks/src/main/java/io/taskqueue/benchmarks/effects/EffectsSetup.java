package io.taskqueue.benchmarks.effects;

import io.taskqueue.benchmarks.broker.BenchmarkCluster;
import io.taskqueue.benchmarks.measure.Candidate;
import io.taskqueue.benchmarks.measure.InterleavedRounds;
import io.taskqueue.benchmarks.measure.ResultTables;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What the sections share.
 *
 * @param states the directory of the state directories
 * @param tables where the sections put their results
 */
public record EffectsSetup(
        EffectsComparisonOptions options, BenchmarkCluster cluster, Path states, ResultTables tables) {

    /** The duration of a call, unless stated otherwise. */
    public static final Duration CALL = Duration.ofMillis(10);

    /** The number of tasks whose events are interleaved, unless stated otherwise. */
    public static final int TASKS = 200;

    static final int SLOW_EVENTS = 20_000;
    private static final int NO_OP_EVENTS = 150_000;

    /** The commit intervals to compare; in a short run, the default only. */
    public List<Duration> commitIntervals() {
        Duration usual = EffectSettings.DEFAULT.commitInterval();
        return options.brief() ? List.of(usual) : List.of(Duration.ofMillis(20), usual, Duration.ofMillis(500));
    }

    public WorkloadTopics topics() {
        return new WorkloadTopics(cluster);
    }

    public SinkRun sink() {
        return new SinkRun(cluster, states);
    }

    BareStreamsRun streams() {
        return new BareStreamsRun(cluster, states);
    }

    /** The workload of most comparisons: interleaved tasks, with a call of 10 ms for each event. */
    public Workload slowWorkload() throws Exception {
        return slowWorkload(1);
    }

    /** The same with a fraction of the events. */
    Workload slowWorkload(int divisor) throws Exception {
        int events = options.events(SLOW_EVENTS / divisor);
        return new Workload(topics().interleaved(TASKS, events), events, CALL);
    }

    /** A call that takes no time for each event. */
    Workload noOpWorkload() throws Exception {
        return noOpWorkload(1);
    }

    /** The same with a fraction of the events. */
    Workload noOpWorkload(int divisor) throws Exception {
        int events = options.events(NO_OP_EVENTS / divisor);
        return new Workload(topics().successive(events), events, Duration.ZERO);
    }

    /** For the first comparison, and for those that only the CPU limits: the JVM must have compiled the code before. */
    public InterleavedRounds warmedUp() {
        return options.rounds().withWarmups(options.brief() ? 0 : 3);
    }

    /** Lets candidates take turns on the topic of a workload. All other topics are deleted after each turn. */
    void compare(String what, Workload workload, List<Candidate> candidates) throws Exception {
        compare(what, workload, workload.call().isZero() ? warmedUp() : options.rounds(), candidates);
    }

    void compare(String what, Workload workload, InterleavedRounds rounds, List<Candidate> candidates)
            throws Exception {
        rounds.run(what, candidates, () -> cluster.deleteAllExcept(Set.of(workload.topic())));
        candidates.forEach(candidate -> tables.add(what, candidate.results()));
    }
}
