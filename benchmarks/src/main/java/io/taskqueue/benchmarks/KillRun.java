package io.taskqueue.benchmarks;

import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.streams.SinkService;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A sink in a child process is killed (SIGKILL) when half of its first run is done, and another instance, on the same machine
 * and with the same state directory, goes on at once.
 */
final class KillRun {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Stage stage;

    KillRun(Stage stage) {
        this.stage = stage;
    }

    /**
     * What a kill cost.
     *
     * @param again effects that ran a second time, by the ledger outside
     * @param resumed from the kill until the first effect ran again
     * @param caughtUp from the kill until all was applied and committed
     */
    record Cost(int again, Duration resumed, Duration caughtUp) {}

    Cost measure(Work work, Duration commitInterval) throws IOException, InterruptedException, ExecutionException {
        String name = stage.cluster().freshName("killed");
        Path file = stage.states().resolve(name + ".ledger");
        try (CallLedger ledger = CallLedger.open(file)) {
            killHalfway(
                    KilledSink.start(
                            stage.cluster().bootstrapServers(),
                            name,
                            work.topic(),
                            stage.states(),
                            file,
                            commitInterval),
                    work,
                    ledger);
            Stopwatch sinceKill = new Stopwatch();
            AtomicReference<@Nullable Duration> resumed = new AtomicReference<>();
            Duration caughtUp;
            try (SinkService next = stage.sink()
                    .builder(
                            name,
                            work.topic(),
                            calling(ledger, event -> {
                                if (resumed.get() == null) {
                                    resumed.compareAndSet(null, sinceKill.elapsed());
                                }
                            }),
                            commitInterval)
                    .start()) {
                stage.cluster().awaitCommitted(name, work.topic());
                while (!next.status().settled()) {
                    if (sinceKill.elapsed().compareTo(PATIENCE) > 0) {
                        throw new IllegalStateException("The next instance did not catch up: " + next.status());
                    }
                    Stopwatch.pause(Duration.ofMillis(5));
                }
                caughtUp = sinceKill.elapsed();
            }
            requireRecorded(name, work.events());
            Duration first = resumed.get();
            if (first == null) {
                throw new IllegalStateException("The killed sink had nothing left to do: kill it earlier.");
            }
            return new Cost(again(ledger, work.events()), first, caughtUp);
        }
    }

    /** A sink whose effect takes 10 ms, after it has been written into the ledger that it begins. */
    static ReplicationSink<String> calling(CallLedger ledger, IntConsumer begun) {
        return (event, effects) -> effects.run(SinkRun.EFFECT, key -> {
            int number = (int) event.position().sequence();
            begun.accept(number);
            ledger.add(number);
            Stopwatch.pause(Stage.SLOW);
        });
    }

    private static void killHalfway(Process child, Work work, CallLedger ledger)
            throws IOException, InterruptedException {
        try {
            Stopwatch waited = new Stopwatch();
            while (ledger.calls() < work.events() / 2) {
                if (!child.isAlive() || waited.elapsed().compareTo(PATIENCE) > 0) {
                    throw new IllegalStateException("The sink to be killed "
                            + (child.isAlive() ? "is too slow." : "ended by itself; what it said is above."));
                }
                Stopwatch.pause(Duration.ofMillis(1));
            }
        } finally {
            child.destroyForcibly();
        }
        if (!child.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException("The sink cannot be killed.");
        }
    }

    private static int again(CallLedger ledger, int events) throws IOException {
        int[] calls = ledger.byEvent(events);
        int again = 0;
        for (int event = 1; event <= events; event++) {
            if (calls[event] == 0) {
                throw new IllegalStateException("Event " + event + " was never called for: a kill lost it.");
            }
            again += calls[event] - 1;
        }
        return again;
    }

    private void requireRecorded(String name, int events) throws InterruptedException, ExecutionException {
        Set<Bytes> recorded = new HashSet<>();
        stage.cluster()
                .readCommitted(name + "-results-changelog")
                .forEach(result -> recorded.add(Bytes.wrap(result.key())));
        if (recorded.size() != events) {
            throw new IllegalStateException(
                    events + " results should be recorded and committed, but there are " + recorded.size() + ".");
        }
    }
}
