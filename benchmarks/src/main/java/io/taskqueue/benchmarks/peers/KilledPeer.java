package io.taskqueue.benchmarks.peers;

import io.taskqueue.benchmarks.broker.BenchmarkCluster;
import io.taskqueue.benchmarks.kill.CallLedger;
import io.taskqueue.benchmarks.measure.Stopwatch;
import io.taskqueue.benchmarks.peers.contender.Contender;
import io.taskqueue.benchmarks.peers.contender.NumberedTasks;
import io.taskqueue.benchmarks.whole.WholeWorkload;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;

/**
 * A contender in a process of its own, which enqueues and performs tasks until it is killed. What it did is in three files:
 * confirmed, begun, ended.
 */
public final class KilledPeer {

    /** How long a task takes: long enough that a process which has just started confirms tasks before it performs them. */
    static final Duration WORK = Duration.ofMillis(50);

    private KilledPeer() {}

    /** Arguments: contender, bootstrap servers, URL of the database or nothing, place, directory, number of tasks to enqueue. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[4]);
        CallLedger confirmed = CallLedger.open(directory.resolve(Ledger.CONFIRMED.file()));
        CallLedger begun = CallLedger.open(directory.resolve(Ledger.BEGUN.file()));
        CallLedger ended = CallLedger.open(directory.resolve(Ledger.ENDED.file()));
        int tasks = Integer.parseInt(arguments[5]);
        try (BenchmarkCluster cluster = new BenchmarkCluster(arguments[1])) {
            Contender contender = Contenders.named(arguments[0], cluster, arguments[2], directory);
            Contender.Session session =
                    contender.open(new Contender.Place(arguments[3], tasks == 0, WholeWorkload.WORKERS, task -> {
                        begun.add(task);
                        Stopwatch.pause(WORK);
                        ended.add(task);
                    }));
            NumberedTasks payloads = new NumberedTasks();
            for (int i = 0; i < tasks; i++) {
                int task = i;
                session.enqueue(task, payloads.payload(task), error -> {
                    if (error == null) {
                        confirmed.add(task);
                    }
                });
            }
            session.flush();
            new CountDownLatch(1).await();
        }
    }

    /** The files of what happened. */
    enum Ledger {
        CONFIRMED,
        BEGUN,
        ENDED;

        String file() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Starts the process, which the caller must kill. */
    static Process start(List<String> arguments) throws IOException {
        ProcessBuilder command = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms256m",
                "-Xmx256m",
                "-Dlogback.configurationFile=benchmarks-logback.xml",
                "-cp",
                System.getProperty("java.class.path"),
                KilledPeer.class.getName());
        command.command().addAll(arguments);
        return command.redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
