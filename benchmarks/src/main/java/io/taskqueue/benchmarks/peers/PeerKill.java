package io.taskqueue.benchmarks.peers;

import io.taskqueue.benchmarks.kill.CallLedger;
import io.taskqueue.benchmarks.measure.ResultTables;
import io.taskqueue.benchmarks.measure.Stopwatch;
import io.taskqueue.benchmarks.peers.contender.Contender;
import io.taskqueue.benchmarks.peers.database.LockedTableContender;
import io.taskqueue.benchmarks.peers.database.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Kills the process of each contender in the middle of its tasks and starts it again at once: what of the confirmed tasks is performed,
 * what is performed again, and how long it takes.
 */
final class PeerKill {

    private static final int TASKS = 4_000;
    private static final int BRIEF_TASKS = 400;
    private static final Duration PAUSE = Duration.ofMillis(20);

    /** How long the first process may take to perform half of the tasks. */
    private static final Duration HALF = Duration.ofMinutes(2);

    /** How long a contender may take to perform the rest. */
    private static final Duration REST = Duration.ofMinutes(2);

    private static final Duration BRIEF_REST = Duration.ofSeconds(40);

    private final PeerSetup setup;
    private final int tasks;
    private final Duration rest;

    PeerKill(PeerSetup setup) {
        this.setup = setup;
        this.tasks = setup.options().brief() ? BRIEF_TASKS : TASKS;
        this.rest = setup.options().brief() ? BRIEF_REST : REST;
    }

    /**
     * The outcome of a kill.
     *
     * @param confirmed the tasks that were confirmed before it
     * @param lost how many of them were not performed to their end
     * @param again how often a task was begun once more
     * @param recovered when all had ended, after the kill
     */
    private record Outcome(int confirmed, int lost, int again, Optional<Duration> recovered) {}

    void run() throws Exception {
        ResultTables.Table table = setup.tables()
                .table(
                        "kill -9 of the process that enqueues and performs",
                        "contender",
                        "confirmed before",
                        "of these not performed after " + rest.toSeconds() + " s",
                        "begun again",
                        "all performed after, s");
        for (Contender contender : contenders()) {
            Outcome outcome = kill(contender);
            table.row(
                    contender.name(),
                    ResultTables.number("%,.0f", outcome.confirmed),
                    ResultTables.number("%,.0f", outcome.lost),
                    ResultTables.number("%,.0f", outcome.again),
                    outcome.recovered
                            .map(time -> ResultTables.number("%.1f", time.toMillis() / 1e3))
                            .orElse("–"));
            contender.server().clear();
        }
        table.note(ResultTables.number("%,.0f", tasks)
                + " tasks with work of " + KilledPeer.WORK.toMillis()
                + " ms, 64 at once, so that confirmed tasks are waiting when it happens. The process is killed when half of them have ended, and the next is started"
                + " at once with the contender's default timeouts: a lease of 30 s here, a lock of 30 s in a share group, a session of 45 s"
                + " in a consumer group, six missed heartbeats of 5 minutes in db-scheduler.");
    }

    /** All, or in a short run only those that need no timeout. */
    private List<Contender> contenders() {
        if (!setup.options().brief()) {
            return setup.contenders();
        }
        return setup.contenders().stream()
                .filter(one -> one instanceof LockedTableContender)
                .toList();
    }

    private Outcome kill(Contender contender) throws Exception {
        Path directory = Files.createDirectories(setup.directory().resolve(setup.newPlace()));
        String place = directory.getFileName().toString();
        Process first = KilledPeer.start(arguments(contender, place, directory, tasks));
        try {
            await(first, HALF, () -> count(directory, KilledPeer.Ledger.ENDED) >= tasks / 2);
        } finally {
            first.destroyForcibly();
            first.onExit().join();
        }
        Stopwatch watch = new Stopwatch();
        int[] confirmed = byTask(directory, KilledPeer.Ledger.CONFIRMED);
        Process second = KilledPeer.start(arguments(contender, place, directory, 0));
        boolean complete;
        Duration time;
        try {
            complete = await(second, rest, () -> missing(directory, confirmed) == 0);
            time = watch.elapsed();
        } finally {
            second.destroyForcibly();
            second.onExit().join();
        }
        int again = 0;
        for (int times : byTask(directory, KilledPeer.Ledger.BEGUN)) {
            again += Math.max(0, times - 1);
        }
        return new Outcome(
                sum(confirmed), missing(directory, confirmed), again, complete ? Optional.of(time) : Optional.empty());
    }

    private List<String> arguments(Contender contender, String place, Path directory, int toEnqueue) {
        String url = contender.server() instanceof PostgresServer postgres ? postgres.url() : "";
        return List.of(
                contender.name(),
                setup.bootstrapServers(),
                url,
                place,
                directory.toString(),
                String.valueOf(toEnqueue));
    }

    /** A condition on the ledgers. */
    @FunctionalInterface
    private interface Condition {
        boolean holds() throws IOException;
    }

    private static boolean await(Process process, Duration timeout, Condition condition)
            throws IOException, InterruptedException {
        Stopwatch waited = new Stopwatch();
        while (!condition.holds()) {
            if (!process.isAlive()) {
                throw new IOException("The process of a contender ended by itself. Its output is above.");
            }
            if (waited.elapsed().compareTo(timeout) > 0) {
                return false;
            }
            Stopwatch.pause(PAUSE);
        }
        return true;
    }

    private static int count(Path directory, KilledPeer.Ledger ledger) throws IOException {
        Path file = directory.resolve(ledger.file());
        return Files.exists(file) ? (int) (Files.size(file) / Integer.BYTES) : 0;
    }

    private int[] byTask(Path directory, KilledPeer.Ledger ledger) throws IOException {
        try (CallLedger file = CallLedger.open(directory.resolve(ledger.file()))) {
            return file.byEvent(tasks);
        }
    }

    private int missing(Path directory, int[] confirmed) throws IOException {
        int[] ended = byTask(directory, KilledPeer.Ledger.ENDED);
        int missing = 0;
        for (int task = 0; task < confirmed.length; task++) {
            if (confirmed[task] > 0 && ended[task] == 0) {
                missing++;
            }
        }
        return missing;
    }

    private static int sum(int[] counts) {
        int sum = 0;
        for (int count : counts) {
            sum += count;
        }
        return sum;
    }
}
