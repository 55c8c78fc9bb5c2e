package io.taskqueue.benchmarks.kill;

import io.taskqueue.benchmarks.effects.EffectsSetup;
import io.taskqueue.benchmarks.effects.SinkRun;
import io.taskqueue.benchmarks.effects.Workload;
import io.taskqueue.benchmarks.measure.Stopwatch;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.streams.SinkService;
import io.taskqueue.streams.state.StoreNames;
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
 * Kills a sink in a child process (SIGKILL) after half of its first run, and immediately starts another instance on the same
 * machine and with the same state directory.
 */
final class KillRun {

    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private final EffectsSetup setup;

    KillRun(EffectsSetup setup) {
        this.setup = setup;
    }

    /**
     * The cost of a kill.
     *
     * @param repeated the number of effects that ran again, by the ledger
     * @param resumed the time from the kill until the first effect ran
     * @param caughtUp the time from the kill until all events were applied and committed
     */
    record Cost(int repeated, Duration resumed, Duration caughtUp) {}

    Cost measure(Workload workload, Duration commitInterval)
            throws IOException, InterruptedException, ExecutionException {
        String name = setup.cluster().newName("killed");
        Path file = setup.states().resolve(name + ".ledger");
        try (CallLedger ledger = CallLedger.open(file)) {
            killHalfway(
                    KilledSink.start(
                            setup.cluster().bootstrapServers(),
                            name,
                            workload.topic(),
                            setup.states(),
                            file,
                            commitInterval),
                    workload,
                    ledger);
            Stopwatch sinceKill = new Stopwatch();
            AtomicReference<@Nullable Duration> resumed = new AtomicReference<>();
            Duration caughtUp;
            try (SinkService next = setup.sink()
                    .builder(
                            name,
                            workload.topic(),
                            calling(ledger, event -> {
                                if (resumed.get() == null) {
                                    resumed.compareAndSet(null, sinceKill.elapsed());
                                }
                            }),
                            commitInterval)
                    .start()) {
                setup.cluster().awaitCommitted(name, workload.topic());
                while (!next.status().settled()) {
                    if (sinceKill.elapsed().compareTo(TIMEOUT) > 0) {
                        throw new IllegalStateException("The next instance did not apply all events within "
                                + TIMEOUT.toMinutes() + " minutes; its status is " + next.status());
                    }
                    Stopwatch.pause(Duration.ofMillis(5));
                }
                caughtUp = sinceKill.elapsed();
            }
            requireRecorded(name, workload.events());
            Duration first = resumed.get();
            if (first == null) {
                throw new IllegalStateException("The killed sink had applied all events already. Kill it earlier.");
            }
            return new Cost(countRepeated(ledger, workload.events()), first, caughtUp);
        }
    }

    /** A sink whose effect writes to the ledger that it starts, and then takes 10 ms. */
    static ReplicationSink<String> calling(CallLedger ledger, IntConsumer started) {
        return (event, effects) -> effects.run(SinkRun.EFFECT, key -> {
            int number = (int) event.position().sequence();
            started.accept(number);
            ledger.add(number);
            Stopwatch.pause(EffectsSetup.CALL);
        });
    }

    private static void killHalfway(Process child, Workload workload, CallLedger ledger)
            throws IOException, InterruptedException {
        try {
            Stopwatch waited = new Stopwatch();
            while (ledger.calls() < workload.events() / 2) {
                if (!child.isAlive() || waited.elapsed().compareTo(TIMEOUT) > 0) {
                    throw new IllegalStateException("The sink to be killed "
                            + (child.isAlive()
                                    ? "made too few calls within " + TIMEOUT.toMinutes() + " minutes."
                                    : "ended by itself. Its output is above."));
                }
                Stopwatch.pause(Duration.ofMillis(1));
            }
        } finally {
            child.destroyForcibly();
        }
        if (!child.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException(
                    "The sink did not end within " + TIMEOUT.toMinutes() + " minutes after it was killed.");
        }
    }

    private static int countRepeated(CallLedger ledger, int events) throws IOException {
        int[] calls = ledger.byEvent(events);
        int repeated = 0;
        for (int event = 1; event <= events; event++) {
            if (calls[event] == 0) {
                throw new IllegalStateException("There was no call for event " + event + ": it was lost by the kill.");
            }
            repeated += calls[event] - 1;
        }
        return repeated;
    }

    private void requireRecorded(String name, int events) throws InterruptedException, ExecutionException {
        Set<Bytes> recorded = new HashSet<>();
        setup.cluster()
                .readCommitted(TopicNames.changelog(name, StoreNames.RESULTS))
                .forEach(result -> recorded.add(Bytes.wrap(result.key())));
        if (recorded.size() != events) {
            throw new IllegalStateException(
                    "Expected " + events + " committed results, but there are " + recorded.size() + ".");
        }
    }
}
