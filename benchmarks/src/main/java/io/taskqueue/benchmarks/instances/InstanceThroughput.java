package io.taskqueue.benchmarks.instances;

import io.taskqueue.benchmarks.measure.PairedRatio;
import io.taskqueue.benchmarks.measure.ResultTables;
import io.taskqueue.benchmarks.measure.Samples;
import io.taskqueue.benchmarks.measure.Stopwatch;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One, two and four instances that apply a backlog together, each in a process that has applied as many events before. */
public final class InstanceThroughput {

    private static final List<Integer> INSTANCES = List.of(1, 2, 4);

    private final InstancesSetup setup;
    private final String what;
    private final Duration call;

    /** The share of the events that is enough where calls take time. */
    private final int divisor;

    private InstanceThroughput(InstancesSetup setup, String what, Duration call, int divisor) {
        this.setup = setup;
        this.what = what;
        this.call = call;
        this.divisor = divisor;
    }

    /** Effects that do nothing. */
    public static InstanceThroughput noOp(InstancesSetup setup) {
        return new InstanceThroughput(setup, "an effect that does nothing", Duration.ZERO, 1);
    }

    /** Effects that take 10 ms, 64 at once in each instance. */
    public static InstanceThroughput slow(InstancesSetup setup) {
        return new InstanceThroughput(setup, "calls of 10 ms, 64 at once in each", Duration.ofMillis(10), 8);
    }

    public void run() throws Exception {
        Map<Integer, Samples> rates = new LinkedHashMap<>();
        INSTANCES.forEach(number -> rates.put(number, new Samples(what + ", " + number)));
        for (int round = 1; round <= setup.options().rounds(); round++) {
            for (Map.Entry<Integer, Samples> instances : rates.entrySet()) {
                double rate = measure(instances.getKey());
                instances.getValue().add(rate);
                System.err.println(what + ", round " + round + ", " + instances.getKey() + " instances: "
                        + ResultTables.number("%,.0f events/s", rate));
            }
        }
        ResultTables.Table table = setup.tables().table("Instances, " + what, "instances", "events/s", "against one");
        Samples one = rates.values().iterator().next();
        rates.forEach((number, samples) -> {
            table.row(
                    String.valueOf(number),
                    samples.spread(),
                    PairedRatio.of(samples, one).toString());
            setup.tables().add("instances / " + samples.name(), samples);
        });
        table.note(
                "Events per second of all instances together, whose effects wait until a backlog is written, until all of it is committed: median"
                        + " of the rounds (minimum–maximum). " + InstancesSetup.PARTITIONS
                        + " partitions; each instance is a JVM with 256 MB of heap.");
    }

    private double measure(int instances) throws Exception {
        GrowingTopic topic = setup.newTopic();
        int each = setup.options().events() / divisor;
        InstanceGroup.Sink sink = new InstanceGroup.Sink(setup.cluster().newName("sink"), topic, call, 0, false);
        try (InstanceGroup group = setup.group(sink)) {
            for (int started = 0; started < instances; started++) {
                group.start(line -> {});
            }
            group.awaitShared();
            topic.append(each); // warms up the JVMs
            long warm = group.awaitCommitted();
            group.hold(); // several instances apply events as fast as they are written
            topic.append(each);
            long before = group.committed();
            Stopwatch watch = new Stopwatch();
            group.release();
            long end = group.awaitCommitted();
            Stopwatch.Rate rate = watch.rate(end - before);
            if (!setup.options().brief() && before - warm > (end - warm) * 3 / 4) {
                throw new IllegalStateException("Most events were applied while they were written: " + (before - warm)
                        + " of " + (end - warm) + ". The figures are not meaningful.");
            }
            return rate.perSecond();
        } finally {
            setup.deleteTopics();
        }
    }
}
