package io.taskqueue.benchmarks.whole;

import io.taskqueue.benchmarks.broker.BenchmarkCluster;
import io.taskqueue.benchmarks.measure.ContextSwitches;
import io.taskqueue.benchmarks.measure.Samples;
import io.taskqueue.benchmarks.measure.Stopwatch;
import io.taskqueue.benchmarks.source.SampleTasks;
import io.taskqueue.event.PayloadInclusion;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A queue with a source. The clock of a round starts with the first enqueue and stops when every task is complete and every event
 * is confirmed.
 */
public final class QueueAndSourceRun {

    /** The queue's name. */
    public static final String QUEUE = "measured";

    private static final int EVENTS_OF_A_TASK = 3;
    private static final Duration TIMEOUT = Duration.ofMinutes(5);

    private final BenchmarkCluster cluster;
    private final Map<String, Object> producer;
    private final PayloadInclusion payload;
    private final List<String> payloads = SampleTasks.read();

    /**
     * @param producer properties of the source's producer that differ from the source's defaults, such as its compression
     * @param payload which events include the payload
     */
    public QueueAndSourceRun(BenchmarkCluster cluster, Map<String, Object> producer, PayloadInclusion payload) {
        this.cluster = cluster;
        this.producer = producer;
        this.payload = payload;
    }

    /**
     * A round.
     *
     * @param rate tasks a second, and CPU of this process a task
     * @param switches context switches of this process, of threads that were alive at the end
     * @param topic the topic of the round's events
     * @param bytes the size of the round's events in the log of the broker
     */
    public record Result(Stopwatch.Rate rate, ContextSwitches switches, String topic, long bytes) {

        public double switchesATask() {
            return switches.total() / (double) rate.count();
        }

        public double bytesATask() {
            return bytes / (double) rate.count();
        }
    }

    /** Runs a round on a new topic. */
    public Result measure(WholeWorkload workload) throws InterruptedException, ExecutionException {
        return measure(workload, cluster.newTopic("events"));
    }

    /** Runs a round on a topic, which a sink may already read. */
    public Result measure(WholeWorkload workload, String topic) throws InterruptedException, ExecutionException {
        Stopwatch.Rate rate;
        ContextSwitches switches;
        QueueWorkers workers;
        try (TaskQueue<String> queue = TaskQueue.<String>builder(QUEUE).build();
                ReplicationSource<String> source = start(queue, topic)) {
            workers = QueueWorkers.start(queue, workload);
            Confirmations confirmations = new Confirmations();
            ContextSwitches before = ContextSwitches.now();
            Stopwatch watch = new Stopwatch();
            for (int i = 0; i < workload.tasks(); i++) {
                confirmations.admit();
                queue.enqueue(payloads.get(i % payloads.size()));
                confirmations.add(source.replicated());
            }
            workers.awaitCompleted(TIMEOUT);
            confirmations.admit();
            confirmations.add(source.replicated());
            confirmations.await(TIMEOUT);
            rate = watch.rate(workload.tasks());
            switches = ContextSwitches.now().since(before);
            requireEvents(workload, source.position().sequence());
        }
        workers.join();
        return new Result(rate, switches, topic, cluster.bytes(topic));
    }

    /** The time from enqueue to confirmed of tasks that are enqueued one at a time, in milliseconds. */
    public Samples roundTrips(int count) throws InterruptedException, ExecutionException, TimeoutException {
        Samples milliseconds = new Samples("enqueue → confirmed");
        try (TaskQueue<String> queue = TaskQueue.<String>builder(QUEUE).build();
                ReplicationSource<String> source = start(queue, cluster.newTopic("round-trips"))) {
            for (int i = -count / 5; i < count; i++) { // those below 0 warm up
                Stopwatch watch = new Stopwatch();
                queue.enqueue(payloads.get(0));
                source.replicated().get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
                if (i >= 0) {
                    milliseconds.add(watch.elapsed().toNanos() / 1e6);
                }
                queue.lease().complete();
            }
        }
        return milliseconds;
    }

    /**
     * The time from enqueue until its caller is notified that the task is durable, of tasks that are enqueued at a fixed rate and performed by the
     * workers of a workload, in milliseconds.
     */
    public Samples paced(WholeWorkload workload, int perSecond, int count)
            throws InterruptedException, ExecutionException {
        Queue<Double> milliseconds = new ConcurrentLinkedQueue<>();
        Duration interval = Duration.ofSeconds(1).dividedBy(perSecond);
        QueueWorkers workers;
        try (TaskQueue<String> queue = TaskQueue.<String>builder(QUEUE).build();
                ReplicationSource<String> source = start(queue, cluster.newTopic("paced"))) {
            int all = count + count / 5; // the first warm up
            workers = QueueWorkers.start(queue, workload.withTasks(all));
            Confirmations confirmations = new Confirmations();
            Stopwatch paced = new Stopwatch();
            for (int i = 0; i < all; i++) {
                Duration early = interval.multipliedBy(i).minus(paced.elapsed());
                if (early.toMillis() > 0) {
                    Stopwatch.pause(early);
                }
                boolean counted = i >= count / 5;
                confirmations.admit();
                Stopwatch watch = new Stopwatch();
                queue.enqueue(payloads.get(i % payloads.size()));
                confirmations.add(source.replicated().thenRun(() -> {
                    if (counted) {
                        milliseconds.add(watch.elapsed().toNanos() / 1e6);
                    }
                }));
            }
            confirmations.await(TIMEOUT);
            workers.awaitCompleted(TIMEOUT);
        }
        workers.join();
        Samples samples = new Samples("enqueue → durable");
        milliseconds.forEach(samples::add);
        return samples;
    }

    private static void requireEvents(WholeWorkload workload, long events) {
        if (events != (long) EVENTS_OF_A_TASK * workload.tasks()) {
            throw new IllegalStateException(workload.tasks() + " tasks have " + EVENTS_OF_A_TASK
                    + " events each, but the source published " + events + ".");
        }
    }

    private ReplicationSource<String> start(TaskQueue<String> queue, String topic) throws InterruptedException {
        Map<String, Object> kafka = new HashMap<>(cluster.settings());
        producer.forEach((name, value) -> kafka.put("producer." + name, value));
        return ReplicationSource.builder(queue, PayloadCodec.jsonText())
                .kafka(kafka)
                .payload(payload)
                .topic(topic)
                .registryTopic(cluster.newName("sources"))
                .sourcePeer("dispatcher-a")
                .start();
    }
}
