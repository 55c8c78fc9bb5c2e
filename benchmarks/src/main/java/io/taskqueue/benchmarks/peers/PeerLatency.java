package io.taskqueue.benchmarks.peers;

import io.taskqueue.benchmarks.measure.ResultTables;
import io.taskqueue.benchmarks.measure.Samples;
import io.taskqueue.benchmarks.measure.Stopwatch;
import io.taskqueue.benchmarks.peers.contender.Contender;
import io.taskqueue.benchmarks.peers.contender.NumberedTasks;
import io.taskqueue.benchmarks.peers.contender.PerformedTasks;
import io.taskqueue.benchmarks.peers.kafka.QueueContender;
import io.taskqueue.benchmarks.whole.Confirmations;
import io.taskqueue.benchmarks.whole.WholeWorkload;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLongArray;

/** 200 tasks a second, each enqueued alone: when a worker begins with it, and when it is durable. */
final class PeerLatency {

    private static final int PER_SECOND = 200;
    private static final Duration TIMEOUT = Duration.ofMinutes(1);

    /** How long the tasks at the beginning are not counted, because the workers have just started. */
    private static final int UNCOUNTED_SECONDS = 2;

    private static final int SECONDS = 10;

    private final PeerSetup setup;

    PeerLatency(PeerSetup setup) {
        this.setup = setup;
    }

    void run() throws Exception {
        ResultTables.Table table = setup.tables()
                .table(
                        PER_SECOND + " tasks per second",
                        "contender",
                        "enqueue → start, ms, p50 / p99",
                        "enqueue → durable, ms, p50 / p99");
        int uncounted = setup.options().brief() ? PER_SECOND / 2 : UNCOUNTED_SECONDS * PER_SECOND;
        int counted = setup.options().brief() ? PER_SECOND / 2 : SECONDS * PER_SECOND;
        for (Contender contender : setup.contenders()) {
            Samples started = new Samples(contender.name() + ", started, ms");
            Samples durable = new Samples(contender.name() + ", durable, ms");
            measure(contender, uncounted, counted, started, durable);
            table.row(contender.name(), quantiles(started), quantiles(durable));
            setup.tables().add(started.name(), started);
            setup.tables().add(durable.name(), durable);
            contender.server().clear();
            if (contender.name().equals(QueueContender.NAME)) {
                setup.tables()
                        .goal(
                                contender.name() + ", " + PER_SECOND + " tasks/s",
                                "p99 of enqueue → durable at most 10 ms",
                                ResultTables.number("%.1f ms", durable.quantile(0.99)),
                                durable.quantile(0.99) <= 10);
            }
        }
        table.note(
                "*Start*: a worker has the task. *Durable*: the caller is notified that the task is stored. Work of 1 ms; "
                        + counted + " tasks, after " + uncounted + " that are not counted.");
    }

    private static String quantiles(Samples samples) {
        return ResultTables.number("%.1f", samples.median()) + " / "
                + ResultTables.number("%.1f", samples.quantile(0.99));
    }

    private void measure(Contender contender, int uncounted, int counted, Samples started, Samples durable)
            throws Exception {
        int all = uncounted + counted;
        NumberedTasks tasks = new NumberedTasks();
        PerformedTasks performed = new PerformedTasks(all, Duration.ofMillis(1));
        Confirmations confirmations = new Confirmations();
        long[] sent = new long[all];
        AtomicLongArray confirmed = new AtomicLongArray(all);
        try (Contender.Session session =
                contender.open(new Contender.Place(setup.newPlace(), false, WholeWorkload.WORKERS, performed))) {
            Stopwatch watch = new Stopwatch();
            for (int i = 0; i < all; i++) {
                int task = i;
                Duration remaining = Duration.ofSeconds(1)
                        .dividedBy(PER_SECOND)
                        .multipliedBy(task)
                        .minus(watch.elapsed());
                if (remaining.toMillis() > 0) {
                    Stopwatch.pause(remaining);
                }
                confirmations.admit();
                sent[task] = performed.now();
                session.enqueue(task, tasks.payload(task), error -> {
                    confirmed.set(task, performed.now());
                    confirmations.end(error);
                });
                session.flush();
            }
            confirmations.await(TIMEOUT);
            performed.await(TIMEOUT);
            session.awaitEnded(all);
        }
        performed.requireEachOnce();
        for (int task = uncounted; task < all; task++) {
            started.add((performed.begun(task) - sent[task]) / 1e6);
            durable.add((confirmed.get(task) - sent[task]) / 1e6);
        }
    }
}
