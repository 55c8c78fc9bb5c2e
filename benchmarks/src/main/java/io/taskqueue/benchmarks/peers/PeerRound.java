package io.taskqueue.benchmarks.peers;

import io.taskqueue.benchmarks.measure.ResourceUsage;
import io.taskqueue.benchmarks.measure.Stopwatch;
import io.taskqueue.benchmarks.peers.contender.Contender;
import io.taskqueue.benchmarks.peers.contender.NumberedTasks;
import io.taskqueue.benchmarks.peers.contender.PerformedTasks;
import io.taskqueue.benchmarks.peers.contender.TaskServer;
import io.taskqueue.benchmarks.whole.Confirmations;
import io.taskqueue.benchmarks.whole.WholeWorkload;
import java.time.Duration;
import java.util.Locale;

/**
 * A round of a contender: one thread enqueues tasks, each confirmed on its own, workers perform them, and the clock stops when the
 * server has the end of each.
 *
 * @param rate tasks a second, and CPU of this process a task
 * @param serverMicros CPU of the server a task
 * @param bytes what the server has written for a task
 */
record PeerRound(Stopwatch.Rate rate, double serverMicros, double bytes) {

    private static final Duration TIMEOUT = Duration.ofMinutes(3);

    static PeerRound measure(Contender contender, String place, WholeWorkload workload, ResourceUsage usage)
            throws Exception {
        NumberedTasks tasks = new NumberedTasks();
        PerformedTasks performed = new PerformedTasks(workload.tasks(), workload.work());
        Confirmations confirmations = new Confirmations();
        TaskServer server = contender.server();
        PeerRound round;
        try (Contender.Session session =
                contender.open(new Contender.Place(place, false, workload.workers(), performed))) {
            double cpuBefore = server.cpuMicros();
            long bytesBefore = server.bytes();
            Stopwatch watch = new Stopwatch();
            for (int task = 0; task < workload.tasks(); task++) {
                confirmations.admit();
                session.enqueue(task, tasks.payload(task), confirmations::end);
            }
            session.flush();
            confirmations.await(TIMEOUT);
            performed.await(TIMEOUT);
            session.awaitEnded(workload.tasks());
            Stopwatch.Rate rate = watch.rate(workload.tasks());
            round = new PeerRound(
                    rate,
                    (server.cpuMicros() - cpuBefore) / workload.tasks(),
                    (server.bytes() - bytesBefore) / (double) workload.tasks());
            usage.complete(workload.workers());
        }
        performed.requireEachOnce();
        return round;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%,.0f tasks/s, CPU µs %.0f here and %.0f in the server, %,.0f bytes",
                rate.perSecond(),
                rate.cpuMicros(),
                serverMicros,
                bytes);
    }
}
