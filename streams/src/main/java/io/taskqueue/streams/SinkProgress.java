package io.taskqueue.streams;

import io.micrometer.core.instrument.Counter;
import io.taskqueue.metrics.SinkMeters;
import io.taskqueue.sink.store.EffectResult;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** How far the sink has come with all its queues, for those who watch. Thread-safe. */
final class SinkProgress {

    private final Map<String, QueueProgress> queues = new ConcurrentHashMap<>();
    private final Map<Integer, ReplayReceipt> replays = new ConcurrentSkipListMap<>();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final SinkMeters meters;
    private final Clock clock;
    private final Tally run;
    private final Tally reused;
    private final Tally failed;
    private final Tally missing;
    private final Tally parked;
    private final Tally ambiguous;
    private final Tally undecodable;

    /** A count since the start, and its meter. */
    private record Tally(AtomicLong count, Counter meter) {

        static Tally of(Counter meter) {
            return new Tally(new AtomicLong(), meter);
        }

        void add(int more) {
            if (more > 0) {
                count.addAndGet(more);
                meter.increment(more);
            }
        }
    }

    SinkProgress(SinkMeters meters, Clock clock) {
        this.meters = meters;
        this.clock = clock;
        this.run = Tally.of(meters.effects(SinkMeters.Result.RUN));
        this.reused = Tally.of(meters.effects(SinkMeters.Result.REUSED));
        this.failed = Tally.of(meters.effects(SinkMeters.Result.FAILED));
        this.missing = Tally.of(meters.effects(SinkMeters.Result.MISSING));
        this.parked = Tally.of(meters.effects(SinkMeters.Result.PARKED));
        this.ambiguous = Tally.of(meters.ambiguous());
        this.undecodable = Tally.of(meters.undecodable());
        meters.inflight(inFlight, AtomicInteger::get);
    }

    QueueProgress queue(String name) {
        return queues.computeIfAbsent(name, queue -> new QueueProgress(queue, meters, clock));
    }

    void recorded(EffectResult result) {
        (result instanceof EffectResult.Done ? run : failed).add(1);
    }

    void applied(int effectsReused, int effectsMissing, int effectsAmbiguous) {
        reused.add(effectsReused);
        missing.add(effectsMissing);
        ambiguous.add(effectsAmbiguous);
    }

    /** An event was parked, or passed over because it is parked or discarded. */
    void setAside(int effectsAmbiguous) {
        parked.add(1);
        ambiguous.add(effectsAmbiguous);
    }

    void undecodable() {
        undecodable.add(1);
    }

    void inFlight(int change) {
        inFlight.addAndGet(change);
    }

    /** How far the replay of a partition has come. */
    void replay(ReplayReceipt receipt) {
        replays.put(receipt.partition(), receipt);
    }

    void replayLeft(int partition) {
        replays.remove(partition);
    }

    SinkStatus status(String sink, SinkState state, Optional<String> failure, Optional<String> waiting) {
        List<QueueStatus> statuses = queues.keySet().stream()
                .sorted()
                .flatMap(name -> queue(name).status().stream())
                .toList();
        EffectCounts effects = new EffectCounts(
                run.count.get(),
                reused.count.get(),
                failed.count.get(),
                missing.count.get(),
                parked.count.get(),
                ambiguous.count.get());
        return new SinkStatus(
                sink,
                state,
                failure,
                waiting,
                statuses,
                effects,
                undecodable.count.get(),
                List.copyOf(replays.values()));
    }
}
