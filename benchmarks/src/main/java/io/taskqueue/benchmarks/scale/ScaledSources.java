package io.taskqueue.benchmarks.scale;

import io.taskqueue.benchmarks.measure.Compression;
import io.taskqueue.benchmarks.measure.Samples;
import io.taskqueue.benchmarks.measure.Stopwatch;
import io.taskqueue.benchmarks.source.SampleTasks;
import io.taskqueue.event.Position;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.source.SourceGroup;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * A process with a number of queues in one group of sources, which prints what they cost: first idle, then all busy.
 *
 * <p>Arguments: bootstrap servers, event topic, number of queues, tasks, seconds to be idle, MB of the buffers, compression.
 */
public final class ScaledSources {

    static final String MEASURED = "MEASURED ";

    /** Threads that enqueue, lease and complete: as many as keep two cores busy. */
    private static final int DRIVERS = 4;

    private static final int EVENTS_OF_A_TASK = 3;
    /** How long the compilers must have had nothing to do before memory and idleness are measured, and how long that is waited for. */
    private static final Duration SETTLE = Duration.ofSeconds(2);

    private static final Duration LONGEST_SETTLE = Duration.ofSeconds(60);
    private static final long TIMEOUT_SECONDS = 300;
    private static final int CONFIRMED = 2_000;

    private ScaledSources() {}

    public static void main(String[] arguments) throws Exception {
        int count = Integer.parseInt(arguments[2]);
        int tasks = Integer.parseInt(arguments[3]);
        Duration idle = Duration.ofSeconds(Long.parseLong(arguments[4]));
        long bufferMegabytes = Long.parseLong(arguments[5]); // 0 for the group's own
        Map<String, Object> kafka = new HashMap<>(Map.of("bootstrap.servers", arguments[0]));
        new Compression(arguments[6]).producer().forEach((name, value) -> kafka.put("producer." + name, value));
        SourceGroup.Builder builder = SourceGroup.builder()
                .kafka(kafka)
                .topic(arguments[1])
                .registryTopic(arguments[1] + "-registry")
                .sourcePeer("dispatcher-a");
        if (bufferMegabytes > 0) {
            builder.bufferBytes(bufferMegabytes << 20);
        }
        try (SourceGroup group = builder.start()) {
            // the connections and classes of the first are not those of a queue
            start(group, "first", 1);
            Stopwatch starting = new Stopwatch();
            List<ReplicationSource<String>> sources = start(group, "queue", count);
            double startMillis = starting.elapsed().toNanos() / 1e6 / count;
            settle();
            ProcessMemory memory = ProcessMemory.afterCollection();
            double compiled = CompilerThreads.cpuMicros();
            Stopwatch watch = new Stopwatch();
            Stopwatch.pause(idle);
            double idleMicros = watch.elapsed().toNanos() / 1e3;
            double idleShare = watch.rate(1).cpuMicros() / idleMicros;
            double compilerShare = (CompilerThreads.cpuMicros() - compiled) / idleMicros;
            int threads = ManagementFactory.getThreadMXBean().getThreadCount();
            Stopwatch.Rate unused = busy(sources, tasks / 2); // compiles
            Stopwatch.Rate rate = busy(sources, tasks);
            Samples confirmed = confirmed(sources, Math.min(CONFIRMED, tasks));
            System.out.println(String.format(
                    Locale.ROOT,
                    MEASURED + "%d %f %d %d %f %f %f %f %f %f",
                    threads,
                    startMillis,
                    memory.heap(),
                    memory.other(),
                    idleShare,
                    compilerShare,
                    rate.perSecond(),
                    rate.cpuMicros(),
                    confirmed.median(),
                    confirmed.quantile(0.99)));
        }
        System.exit(0);
    }

    /** Waits until the code of the start has been compiled: a process that idles for hours does not compile. */
    private static void settle() throws InterruptedException {
        CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
        Stopwatch waited = new Stopwatch();
        long before;
        do {
            before = compiler.getTotalCompilationTime();
            Stopwatch.pause(SETTLE);
        } while (compiler.getTotalCompilationTime() - before > SETTLE.toMillis() / 100
                && waited.elapsed().compareTo(LONGEST_SETTLE) < 0);
    }

    private static List<ReplicationSource<String>> start(SourceGroup group, String name, int count)
            throws InterruptedException {
        List<ReplicationSource.Builder<String>> builders = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            builders.add(ReplicationSource.builder(
                    TaskQueue.<String>builder(name + "-" + i).build(), PayloadCodec.jsonText()));
        }
        return group.start(builders);
    }

    /** The times from an enqueue to its confirmation, one task at a time, of all queues in turn, in milliseconds. */
    private static Samples confirmed(List<ReplicationSource<String>> sources, int tasks) throws Exception {
        Samples milliseconds = new Samples("enqueue → confirmed");
        List<String> payloads = SampleTasks.read();
        for (int task = 0; task < tasks; task++) {
            ReplicationSource<String> source = sources.get(task % sources.size());
            Stopwatch watch = new Stopwatch();
            source.queue().enqueue(payloads.get(task % payloads.size()));
            Position unused = source.replicated().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            milliseconds.add(watch.elapsed().toNanos() / 1e6);
            source.queue().lease().complete(); // a queue holds a limited number of tasks
        }
        return milliseconds;
    }

    /** Events per second until the last is confirmed: the queues take turns. */
    private static Stopwatch.Rate busy(List<ReplicationSource<String>> sources, int tasks) throws Exception {
        List<String> payloads = SampleTasks.read();
        ExecutorService drivers = Executors.newFixedThreadPool(DRIVERS);
        try {
            Stopwatch watch = new Stopwatch();
            List<Future<?>> driven = new ArrayList<>();
            for (int driver = 0; driver < DRIVERS; driver++) {
                int first = driver;
                driven.add(drivers.submit(() -> {
                    for (int task = first; task < tasks; task += DRIVERS) {
                        TaskQueue<String> queue =
                                sources.get(task % sources.size()).queue();
                        queue.enqueue(payloads.get(task % payloads.size()));
                        queue.lease().complete();
                    }
                    return true;
                }));
            }
            for (Future<?> one : driven) {
                one.get();
            }
            CompletableFuture<?>[] confirmations =
                    sources.stream().map(ReplicationSource::replicated).toArray(CompletableFuture[]::new);
            CompletableFuture.allOf(confirmations).get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            return watch.rate((long) EVENTS_OF_A_TASK * tasks);
        } finally {
            drivers.shutdownNow();
        }
    }
}
