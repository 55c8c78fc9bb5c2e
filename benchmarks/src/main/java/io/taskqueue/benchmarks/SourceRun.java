package io.taskqueue.benchmarks;

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

/** A queue with a source: the sample's tasks are enqueued, leased and completed by one thread. */
final class SourceRun {

    static final String QUEUE = "measured";

    private static final long PATIENCE_SECONDS = 300;

    private final Cluster cluster;
    private final List<String> payloads = SampleTasks.read();

    SourceRun(Cluster cluster) {
        this.cluster = cluster;
    }

    /** Where the events of a run went, and how many they were a second until the last was confirmed. */
    record Result(String topic, Stopwatch.Rate rate) {}

    Result measure(Tuning tuning, int tasks) throws InterruptedException, ExecutionException, TimeoutException {
        String topic = cluster.freshTopic("events");
        try (TaskQueue<String> queue = queue();
                ReplicationSource<String> source = start(queue, topic, tuning)) {
            Stopwatch watch = new Stopwatch();
            for (int i = 0; i < tasks; i++) {
                queue.enqueue(payloads.get(i % payloads.size()));
                queue.lease().complete();
            }
            source.replicated().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return new Result(topic, watch.rate(source.position().sequence()));
        }
    }

    /** How long it takes from enqueue to confirmed, in milliseconds, one caller at a time. */
    Series roundTrips(Tuning tuning, int count) throws InterruptedException, ExecutionException, TimeoutException {
        Series milliseconds = new Series(tuning.toString());
        try (TaskQueue<String> queue = queue();
                ReplicationSource<String> source = start(queue, cluster.freshTopic("round-trips"), tuning)) {
            for (int i = -count / 5; i < count; i++) {
                Stopwatch watch = new Stopwatch();
                queue.enqueue(payloads.get(0));
                source.replicated().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
                if (i >= 0) {
                    milliseconds.add(watch.elapsed().toNanos() / 1e6);
                }
                queue.lease().complete();
            }
        }
        return milliseconds;
    }

    /**
     * A topic of the events of so many tasks, all of which fail again and again, so that tasks take turns: Enqueued, then
     * LeaseGranted, Failed and Requeued each lap, and what closing the queue adds.
     */
    String failing(int tasks, int laps) throws InterruptedException, ExecutionException, TimeoutException {
        String topic = cluster.freshTopic("slow");
        TaskError error = new TaskError(null, "again", Map.of());
        try (TaskQueue<String> queue = queue(tasks);
                // every lease reserves room for its end
                ReplicationSource<String> source = builder(queue, topic, Tuning.CHOSEN)
                        .bufferEvents(16_384 + 4 * tasks)
                        .bufferBytes(256L * 1024 * 1024)
                        .start()) {
            for (int i = 0; i < tasks; i++) {
                queue.enqueue(payloads.get(i % payloads.size()));
            }
            for (int lap = 0; lap < laps; lap++) {
                List<Lease<String>> leases = new ArrayList<>();
                for (int i = 0; i < tasks; i++) {
                    leases.add(queue.lease());
                }
                leases.forEach(lease -> lease.fail(error));
            }
            source.replicated().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
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

    private ReplicationSource<String> start(TaskQueue<String> queue, String topic, Tuning tuning)
            throws InterruptedException {
        return builder(queue, topic, tuning).start();
    }

    private ReplicationSource.Builder<String> builder(TaskQueue<String> queue, String topic, Tuning tuning) {
        Map<String, Object> kafka = new HashMap<>(cluster.settings());
        tuning.settings().forEach((name, value) -> kafka.put("producer." + name, value));
        return ReplicationSource.builder(queue, PayloadCodec.jsonText())
                .kafka(kafka)
                .topic(topic)
                .registryTopic(cluster.freshName("sources"))
                .sourcePeer("dispatcher-a");
    }
}
