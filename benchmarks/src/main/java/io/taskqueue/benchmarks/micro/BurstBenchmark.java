package io.taskqueue.benchmarks.micro;

import io.taskqueue.benchmarks.source.SampleTasks;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.OfflineSource;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
 * What a queue's calls cost while the buffer of its source has room, as it has unless callers are faster than Kafka for long: the source
 * catches up between bursts of {@value #TASKS} tasks. In {@link QueueBenchmark} callers wait for a full buffer most of the time.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BurstBenchmark {

    private static final int TASKS = 4_000;
    private static final int EVENTS_OF_A_TASK = 3;

    @Param({"bare", "source"})
    public String attached;

    private String payload;
    private TaskQueue<String> queue;
    private @Nullable OfflineSource<String> source;

    @Setup
    public void open() {
        payload = SampleTasks.read().get(0);
        queue = TaskQueue.<String>builder("measured")
                .leaseDuration(Duration.ofHours(1))
                .build();
        if (attached.equals("source")) {
            source = OfflineSource.attach(queue, PayloadCodec.jsonText());
        }
    }

    /** The source has caught up before a burst. */
    @Setup(Level.Iteration)
    public void catchUp() throws InterruptedException {
        if (source != null) {
            source.awaitEmpty();
        }
    }

    @TearDown
    public void close() {
        queue.drain(Duration.ZERO);
        if (source != null) {
            source.close();
        }
    }

    /** The lifecycles of the tasks of a burst; the time is that of one. */
    @Benchmark
    @OperationsPerInvocation(TASKS)
    public void enqueueLeaseComplete(QueueBenchmark.CallerCost cost) throws InterruptedException {
        for (int task = 0; task < TASKS; task++) {
            queue.enqueue(payload);
            queue.lease().complete();
        }
        cost.events += (long) EVENTS_OF_A_TASK * TASKS;
    }
}
