package io.taskqueue.benchmarks.micro;

import io.taskqueue.benchmarks.source.SampleTasks;
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
 * The cost of a queue's calls: without a journal; with a journal that only counts, for the cost of having one; and with a source
 * without the network, whose publisher encodes every event on a thread of its own and blocks the callers when its buffer is full.
 * {@link SerdeBenchmark} has the cost of encoding alone.
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

    /** A task's whole lifecycle: three calls, three events. */
    @Benchmark
    public void enqueueLeaseComplete() throws InterruptedException {
        queue.enqueue(payload);
        queue.lease().complete();
    }

    /** A heartbeat that extends the lease: one call, and one event if the journal has room for it. */
    @Benchmark
    public void heartbeat(HeldLease held) {
        held.lease.heartbeat();
    }

    /** One lease per thread, until the queue is closed. */
    @State(Scope.Thread)
    public static class HeldLease {

        private Lease<String> lease;

        @Setup
        public void take(QueueBenchmark benchmark) throws InterruptedException {
            benchmark.queue.enqueue(benchmark.payload);
            lease = benchmark.queue.lease();
        }
    }
}
