package io.taskqueue.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The limit for slow calls: so many threads that do nothing but take that time. */
final class SleepRun {

    private SleepRun() {}

    /** Calls a second. */
    static Stopwatch.Rate measure(Work work, int threads, Footprint footprint)
            throws InterruptedException, ExecutionException {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            Stopwatch watch = new Stopwatch();
            List<Future<?>> done = new ArrayList<>();
            for (int i = 0; i < work.events(); i++) {
                done.add(pool.submit(() -> {
                    Stopwatch.pause(work.call());
                    return work;
                }));
            }
            for (Future<?> one : done) {
                one.get();
            }
            Stopwatch.Rate rate = watch.rate(work.events());
            footprint.settle(threads);
            return rate;
        } finally {
            pool.shutdown();
        }
    }
}
