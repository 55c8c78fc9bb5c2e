package io.taskqueue.benchmarks.peers;

import io.taskqueue.benchmarks.measure.Candidate;
import io.taskqueue.benchmarks.measure.PairedRatio;
import io.taskqueue.benchmarks.measure.ResultTables;
import io.taskqueue.benchmarks.measure.Samples;
import io.taskqueue.benchmarks.peers.contender.Contender;
import io.taskqueue.benchmarks.peers.kafka.QueueContender;
import io.taskqueue.benchmarks.peers.kafka.QueueWithSinkContender;
import io.taskqueue.benchmarks.whole.WholeWorkload;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/** Tasks as fast as they are performed: without work, and with work of 10 ms, in rounds in which all contenders take turns. */
final class PeerThroughput {

    private static final Duration WORK = Duration.ofMillis(10);

    /** Seconds of a round with work, at its limit. */
    private static final int SLOW_SECONDS = 4;

    private final PeerSetup setup;
    private final Map<String, List<PeerRound>> rounds = new HashMap<>();

    PeerThroughput(PeerSetup setup) {
        this.setup = setup;
    }

    void run(boolean noop, boolean slow) throws Exception {
        List<Candidate> fast = noop ? measure("no-op", Duration.ZERO) : List.of();
        List<Candidate> working = slow ? measure("10 ms", WORK) : List.of();
        ResultTables.Table table = setup.tables()
                .table(
                        "Side by side",
                        "contender",
                        "tasks/s, no-op",
                        "tasks/s, 10 ms",
                        "of the limit",
                        "client CPU µs a task",
                        "server CPU µs a task",
                        "bytes on disk a task",
                        "keeps");
        double limit = new WholeWorkload(1, WholeWorkload.WORKERS, WORK).limit();
        for (int i = 0; i < setup.contenders().size(); i++) {
            Contender contender = setup.contenders().get(i);
            table.row(
                    contender.name(),
                    noop ? fast.get(i).results().perSecond().spread() : "–",
                    slow ? working.get(i).results().perSecond().spread() : "–",
                    slow
                            ? ResultTables.number(
                                    "%.2f", working.get(i).results().perSecond().median() / limit)
                            : "–",
                    median(contender, "%,.0f", round -> round.rate().cpuMicros()),
                    median(contender, "%,.0f", PeerRound::serverMicros),
                    median(contender, "%,.0f", PeerRound::bytes),
                    contender.keeps());
        }
        table.note("Tasks per second: median of the rounds (minimum–maximum). CPU and bytes are those of tasks "
                + (noop ? "without work" : "with work of 10 ms")
                + ". Bytes: of Kafka, the growth of its logs; of PostgreSQL, its write-ahead log and the growth of the database. The"
                + " limit of 10 ms is that of " + WholeWorkload.WORKERS + " workers, "
                + ResultTables.number("%,.0f", limit) + " tasks/s.");
        addGoals(fast, working, limit);
        setup.ratios().add("no-op", fast);
        setup.ratios().add("10 ms", working);
    }

    private List<Candidate> measure(String what, Duration work) throws Exception {
        List<Candidate> candidates = new ArrayList<>();
        for (Contender contender : setup.contenders()) {
            int tasks = tasks(contender, work);
            candidates.add(new Candidate(contender.name(), usage -> {
                PeerRound round = PeerRound.measure(
                        contender, setup.newPlace(), new WholeWorkload(tasks, WholeWorkload.WORKERS, work), usage);
                rounds.computeIfAbsent(key(contender, work.isZero()), name -> new ArrayList<>())
                        .add(round);
                contender.server().clear();
                return round.rate();
            }));
        }
        setup.options().rounds().run(what, candidates, () -> {});
        return candidates;
    }

    private int tasks(Contender contender, Duration work) {
        int fast = Math.max(100, setup.options().tasks() / contender.slowness());
        if (work.isZero()) {
            return fast;
        }
        return Math.min(fast, (int) (SLOW_SECONDS * WholeWorkload.WORKERS * 1_000 / work.toMillis()));
    }

    private static String key(Contender contender, boolean noop) {
        return contender.name() + noop;
    }

    /** The median of the rounds that count, without work if that was measured. */
    private String median(Contender contender, String format, ToDoubleFunction<PeerRound> part) {
        List<PeerRound> all = rounds.getOrDefault(
                key(contender, true), Objects.requireNonNullElse(rounds.get(key(contender, false)), List.of()));
        if (all.isEmpty()) {
            return "–";
        }
        Samples samples = new Samples(contender.name());
        all.stream().skip(setup.options().rounds().warmups()).mapToDouble(part).forEach(samples::add);
        return ResultTables.number(format, samples.median());
    }

    private void addGoals(List<Candidate> fast, List<Candidate> working, double limit) throws IOException {
        for (Candidate one : fast) {
            if (one.results().name().equals(QueueContender.NAME)) {
                goal("no-op", "at least 50,000 tasks/s", one, 50_000);
            } else if (one.results().name().equals(QueueWithSinkContender.NAME)) {
                goal("no-op", "at least 20,000 tasks/s", one, 20_000);
            }
        }
        for (Candidate one : working) {
            if (one.results().name().equals(QueueContender.NAME)
                    || one.results().name().equals(QueueWithSinkContender.NAME)) {
                goal("10 ms", "at least 0.98 of the limit", one, 0.98 * limit);
            }
        }
    }

    /** The goal is a rate, so that the ratio is that to a rate that never changes. */
    private void goal(String what, String text, Candidate candidate, double mark) throws IOException {
        Samples marks = new Samples("mark");
        candidate.results().perSecond().values().forEach(unused -> marks.add(mark));
        setup.tables()
                .goal(
                        candidate.results().name() + ", " + what,
                        text,
                        PairedRatio.of(candidate.results().perSecond(), marks),
                        1);
    }
}
