package io.taskqueue.benchmarks.source;

import io.taskqueue.benchmarks.broker.BenchmarkCluster;
import io.taskqueue.benchmarks.measure.Samples;
import io.taskqueue.benchmarks.measure.Stopwatch;
import io.taskqueue.event.TaskError;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A queue with a source, whose tasks one thread enqueues, leases and completes. */
public final class SourceRun {

    /** The queue's name. */
    public static final String QUEUE = "measured";

    private static final long TIMEOUT_SECONDS = 300;

    private final BenchmarkCluster cluster;
    private final List<String> payloads = SampleTasks.read();

    public SourceRun(BenchmarkCluster cluster) {
        this.cluster = cluster;
    }

    /** The topic of a run's events, and the events per second until the last was confirmed. */
    public record Result(String topic, Stopwatch.Rate rate) {}

    /** Runs a number of tasks from enqueue to complete. */
    public Result measure(BatchSettings batching, int tasks)
            throws InterruptedException, ExecutionException, TimeoutException {
        String topic = cluster.newTopic("events");
        try (TaskQueue<String> queue = queue();
                ReplicationSource<String> source = start(queue, topic, batching)) {
            Stopwatch watch = new Stopwatch();
            for (int i = 0; i < tasks; i++) {
                queue.enqueue(payloads.get(i % payloads.size()));
                queue.lease().complete();
            }
            source.replicated().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            return new Result(topic, watch.rate(source.position().sequence()));
        }
    }

    /** The time from enqueue to confirmed, in milliseconds, with one task at a time. */
    public Samples roundTrips(BatchSettings batching, int count)
            throws InterruptedException, ExecutionException, TimeoutException {
        Samples milliseconds = new Samples(batching.toString());
        try (TaskQueue<String> queue = queue();
                ReplicationSource<String> source = start(queue, cluster.newTopic("round-trips"), batching)) {
            for (int i = -count / 5; i < count; i++) { // those below 0 warm up
                Stopwatch watch = new Stopwatch();
                queue.enqueue(payloads.get(0));
                source.replicated().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
                if (i >= 0) {
                    milliseconds.add(watch.elapsed().toNanos() / 1e6);
                }
                queue.lease().complete();
            }
        }
        return milliseconds;
    }

    /**
     * Writes a topic with the events of tasks that all fail repeatedly, so that the tasks' events are interleaved: Enqueued, then
     * LeaseGranted, Failed and Requeued in each cycle, and the events of closing the queue.
     */
    public String failing(int tasks, int cycles) throws InterruptedException, ExecutionException, TimeoutException {
        String topic = cluster.newTopic("slow");
        TaskError error = new TaskError(null, "again", Map.of());
        try (TaskQueue<String> queue = queue(tasks);
                // each lease reserves room for the event that ends it
                ReplicationSource<String> source = builder(queue, topic, BatchSettings.DEFAULT)
                        .bufferEvents(16_384 + 4 * tasks)
                        .bufferBytes(256L * 1024 * 1024)
                        .start()) {
            for (int i = 0; i < tasks; i++) {
                queue.enqueue(payloads.get(i % payloads.size()));
            }
            for (int cycle = 0; cycle < cycles; cycle++) {
                List<Lease<String>> leases = new ArrayList<>();
                for (int i = 0; i < tasks; i++) {
                    leases.add(queue.lease());
                }
                leases.forEach(lease -> lease.fail(error));
            }
            source.replicated().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        }
        return topic;
    }

    private static TaskQueue<String> queue() {
        return queue(512);
    }

    private static TaskQueue<String> queue(int capacity) {
        return TaskQueue.<String>builder(QUEUE)
                .capacity(capacity)
                .maxAttempts(Integer.MAX_VALUE)
                .leaseDuration(Duration.ofMinutes(5))
                .build();
    }

    private ReplicationSource<String> start(TaskQueue<String> queue, String topic, BatchSettings batching)
            throws InterruptedException {
        return builder(queue, topic, batching).start();
    }

    private ReplicationSource.Builder<String> builder(TaskQueue<String> queue, String topic, BatchSettings batching) {
        Map<String, Object> kafka = new HashMap<>(cluster.settings());
        batching.settings().forEach((name, value) -> kafka.put("producer." + name, value));
        return ReplicationSource.builder(queue, PayloadCodec.jsonText())
                .kafka(kafka)
                .topic(topic)
                .registryTopic(cluster.newName("sources"))
                .sourcePeer("dispatcher-a");
    }
}
