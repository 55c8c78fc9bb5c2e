package io.taskqueue.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The limit for slow effects: so many threads that do nothing but sleep for so long. */
final class SleepRun {

    private SleepRun() {}

    /** Sleeps a second. */
    static Stopwatch.Rate measure(int threads, int sleeps, Duration each)
            throws InterruptedException, ExecutionException {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            Stopwatch watch = new Stopwatch();
            List<Future<?>> done = new ArrayList<>();
            for (int i = 0; i < sleeps; i++) {
                done.add(pool.submit(() -> {
                    Stopwatch.pause(each);
                    return each;
                }));
            }
            for (Future<?> one : done) {
                one.get();
            }
            return watch.rate(sleeps);
        } finally {
            pool.shutdown();
        }
    }
}
