package io.taskqueue.benchmarks;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What the measurements of effects share.
 *
 * @param states where state directories go
 */
record Stage(EffectsPlan plan, Cluster cluster, Path states, Figures figures) {

    static final Duration SLOW = Duration.ofMillis(10);
    static final int TASKS = 200;
    static final int SLOW_EVENTS = 20_000;
    static final int NO_OP_EVENTS = 150_000;

    /** Those that are tried; a short run has to do with the default. */
    List<Duration> commitIntervals() {
        Duration chosen = Terms.DEFAULT.commitInterval();
        return plan.brief() ? List.of(chosen) : List.of(Duration.ofMillis(20), chosen, Duration.ofMillis(500));
    }

    EventTopics topics() {
        return new EventTopics(cluster);
    }

    SinkRun sink() {
        return new SinkRun(cluster, states);
    }

    StreamsRun streams() {
        return new StreamsRun(cluster, states);
    }

    /** The work that the others are compared with: tasks take turns, a call of 10 ms for each event. */
    Work slowWork() throws Exception {
        return slowWork(1);
    }

    /** A part of it. */
    Work slowWork(int part) throws Exception {
        int events = plan.events(SLOW_EVENTS / part);
        return new Work(topics().interleaved(TASKS, events), events, SLOW);
    }

    Work noOpWork() throws Exception {
        return noOpWork(1);
    }

    /** A part of it. */
    Work noOpWork(int part) throws Exception {
        int events = plan.events(NO_OP_EVENTS / part);
        return new Work(topics().successive(events), events, Duration.ZERO);
    }

    /** For what only the CPU limits, and for what comes first: the compiler must be done before. */
    Rounds warmed() {
        return plan.rounds().warmedBy(plan.brief() ? 0 : 3);
    }

    /** Lets contenders take turns over one topic; what they make besides goes. */
    void turns(String what, Work work, List<Contender> contenders) throws Exception {
        turns(what, work, work.call().isZero() ? warmed() : plan.rounds(), contenders);
    }

    void turns(String what, Work work, Rounds rounds, List<Contender> contenders) throws Exception {
        rounds.run(what, contenders, () -> cluster.deleteAllBut(Set.of(work.topic())));
        contenders.forEach(contender -> figures.keep(what, contender.contest()));
    }
}
