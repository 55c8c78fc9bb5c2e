package io.taskqueue.benchmarks.effects;

import io.taskqueue.benchmarks.measure.CallTimes;
import io.taskqueue.benchmarks.measure.ResourceUsage;
import io.taskqueue.benchmarks.measure.Stopwatch;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The limit for slow calls: threads that only sleep for the duration of the calls. */
final class SleepingThreadsRun {

    private SleepingThreadsRun() {}

    /** Calls per second. */
    static Stopwatch.Rate measure(Workload workload, int threads, ResourceUsage usage)
            throws InterruptedException, ExecutionException {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            CallTimes times = new CallTimes();
            Stopwatch watch = new Stopwatch();
            List<Future<?>> calls = new ArrayList<>();
            for (int i = 0; i < workload.events(); i++) {
                calls.add(pool.submit(() -> {
                    times.call(workload.call());
                    return workload;
                }));
            }
            for (Future<?> call : calls) {
                call.get();
            }
            Stopwatch.Rate rate = watch.rate(workload.events());
            usage.complete(threads, times.meanMillis());
            return rate;
        } finally {
            pool.shutdown();
        }
    }
}
