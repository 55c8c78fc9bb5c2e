package io.taskqueue.streams.status;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** Counts durations in buckets with fixed bounds, so that its size does not depend on what is measured. Thread-safe. */
public final class LatencyHistogram {

    private static final List<Double> UPPER_MILLIS = List.of(
            1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1_000.0, 2_500.0, 5_000.0, 10_000.0, 30_000.0,
            60_000.0);

    private final List<LongAdder> buckets =
            Stream.generate(LongAdder::new).limit(UPPER_MILLIS.size() + 1L).toList();

    /** Counts a duration; one that equals a bound is in the bucket below it. */
    public void add(Duration duration) {
        double millis = duration.toNanos() / 1e6;
        int bucket = 0;
        while (bucket < UPPER_MILLIS.size() && millis > UPPER_MILLIS.get(bucket)) {
            bucket++;
        }
        buckets.get(bucket).increment();
    }

    /** The counts now. */
    public EffectLatency counts() {
        List<Long> counts = new ArrayList<>();
        buckets.forEach(bucket -> counts.add(bucket.sum()));
        return new EffectLatency(UPPER_MILLIS, counts);
    }
}
