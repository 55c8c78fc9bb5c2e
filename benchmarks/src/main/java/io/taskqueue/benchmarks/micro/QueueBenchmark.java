package io.taskqueue.benchmarks.micro;

import com.sun.management.ThreadMXBean;
import io.taskqueue.benchmarks.source.SampleTasks;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.OfflineSource;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
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

    private static final int BATCH = 32;

    private String payload;
    private List<String> batch;
    private TaskQueue<String> queue;
    private @Nullable OfflineSource<String> source;

    @Setup
    public void open() {
        payload = SampleTasks.read().get(0);
        batch = Collections.nCopies(BATCH, payload);
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
    public void enqueueLeaseComplete(CallerCost cost) throws InterruptedException {
        queue.enqueue(payload);
        queue.lease().complete();
        cost.events += 3;
    }

    /** The lifecycles of {@value #BATCH} tasks, with one call for each change of all of them. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void enqueueLeaseCompleteInBatches(CallerCost cost) throws InterruptedException {
        queue.enqueueAll(batch);
        int left = BATCH;
        while (left > 0) { // with several threads, each may lease tasks of another
            List<Lease<String>> leases = queue.lease(left);
            queue.completeAll(leases);
            left -= leases.size();
        }
        cost.events += 3 * BATCH;
    }

    /** A heartbeat that extends the lease: one call, and one event if the journal has room for it. */
    @Benchmark
    public void heartbeat(HeldLease held) {
        held.lease.heartbeat();
    }

    /** What the calling thread spends on its events; a source's own thread is not counted. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class CallerCost {

        private static final ThreadMXBean THREADS = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

        public long events;
        public long allocatedBytes;
        public long cpuNanos;
        private long allocatedBefore; // JMH clears the counters after the set-up
        private long cpuBefore;

        @Setup(Level.Iteration)
        public void begin() {
            allocatedBefore = THREADS.getCurrentThreadAllocatedBytes();
            cpuBefore = THREADS.getCurrentThreadCpuTime();
        }

        @TearDown(Level.Iteration)
        public void end() {
            allocatedBytes = THREADS.getCurrentThreadAllocatedBytes() - allocatedBefore;
            cpuNanos = THREADS.getCurrentThreadCpuTime() - cpuBefore;
        }
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
