package io.taskqueue.benchmarks;

import io.taskqueue.queue.Lease;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.OfflineSource;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What a queue's calls cost: bare; with a journal that only counts, which is what attaching costs the queue itself; and with
 * all of a source but the network, whose publisher encodes every event on a thread of its own and slows the callers down to
 * its own pace when its buffer is full. What encoding costs alone is in {@link SerdeBenchmark}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class QueueBenchmark {

    @Param({"bare", "journal", "source"})
    public String attached;

    private String payload;
    private TaskQueue<String> queue;
    private @Nullable OfflineSource<String> source;

    @Setup
    public void open() {
        payload = SampleTasks.read().get(0);
        queue = TaskQueue.<String>builder("measured")
                .leaseDuration(Duration.ofHours(1))
                .heartbeatInterval(Duration.ofNanos(1))
                .build();
        if (attached.equals("journal")) {
            queue.attach(new CountingJournal(payload));
        } else if (attached.equals("source")) {
            source = OfflineSource.attach(queue, PayloadCodec.jsonText());
        }
    }

    @TearDown
    public void close() {
        queue.drain(Duration.ZERO);
        if (source != null) {
            source.close();
        }
    }

    /** A task's whole life: three calls, three events. */
    @Benchmark
    public void enqueueLeaseComplete() throws InterruptedException {
        queue.enqueue(payload);
        queue.lease().complete();
    }

    /** A heartbeat that extends the lease: one call, and one event if a journal has room for it. */
    @Benchmark
    public void heartbeat(Held held) {
        held.lease.heartbeat();
    }

    /** A lease of each thread's own; it ends with the queue. */
    @State(Scope.Thread)
    public static class Held {

        private Lease<String> lease;

        @Setup
        public void take(QueueBenchmark benchmark) throws InterruptedException {
            benchmark.queue.enqueue(benchmark.payload);
            lease = benchmark.queue.lease();
        }
    }
}
