package io.taskqueue.benchmarks.calls;

import io.taskqueue.benchmarks.broker.BenchmarkCluster;
import io.taskqueue.benchmarks.broker.BrokerProcess;
import io.taskqueue.benchmarks.measure.ChildJvm;
import io.taskqueue.benchmarks.measure.MachineDescription;
import io.taskqueue.benchmarks.memory.FilledTopic;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;

/**
 * A ready-made sink as a user runs it, by the command line, beside bare threads that make the same calls of the same target: in rounds, each
 * with new processes. For one thread.
 */
public final class CallComparison {

    /** How many threads make the calls. */
    public static final int THREADS = 64;

    /** Who makes the calls. */
    @FunctionalInterface
    private interface Contender {

        /** Starts a process that makes all calls of a round, and ends. */
        ChildJvm start() throws IOException;
    }

    private final CallPlan plan;
    private final CalledTarget target;
    private final Map<String, Contender> contenders = new LinkedHashMap<>();

    public CallComparison(CallPlan plan, CalledTarget target) {
        this.plan = plan;
        this.target = target;
    }

    /**
     * Adds a sink, builds what its command needs, and fills the topic of the events that it applies in each round; it is the first contender.
     *
     * @param command the command line, such as {@code ./taskqueue}
     * @param kind the name of the ready-made sink
     * @param config its settings, each as in {@code url=…}
     * @param states the directory of its state
     */
    public void addSink(String command, String kind, List<String> config, BenchmarkCluster cluster, Path states)
            throws IOException, InterruptedException {
        try (ChildJvm build = ChildJvm.start(List.of(command, "--version"))) {
            build.awaitEnd();
        }
        FilledTopic topic = new FilledTopic("called", 1, plan.calls());
        try (Admin admin = Admin.create(cluster.settings());
                KafkaProducer<byte[], byte[]> producer =
                        cluster.producer(Map.of("batch.size", 131_072, "linger.ms", 5))) {
            topic.fill(admin, producer);
        }
        contenders.put("sink " + kind, () -> {
            String name = cluster.newName(kind);
            List<String> arguments = new ArrayList<>(List.of(command, "sink"));
            arguments.addAll(List.of("--bootstrap-server", cluster.bootstrapServers(), "--topic", topic.name()));
            arguments.addAll(List.of("--name", name, "--sink", kind));
            config.forEach(setting -> arguments.addAll(List.of("--sink-config", setting)));
            arguments.addAll(List.of("--concurrency", String.valueOf(THREADS)));
            arguments.addAll(List.of("--state-dir", states.resolve(name).toString()));
            arguments.addAll(List.of("--until-idle", "1s", "--output", "json"));
            return ChildJvm.start(arguments);
        });
    }

    /**
     * Adds bare threads, which a class of this module starts in a process of its own.
     *
     * @param what what is special about them
     * @param arguments those of the class
     */
    public void addBareThreads(String what, Class<?> main, String... arguments) {
        contenders.put(
                THREADS + " bare threads, " + what, () -> ChildJvm.start(main, ChildJvm.launcherFlags(), arguments));
    }

    /**
     * Runs the rounds and prints their table.
     *
     * @param calls what the calls are, for example {@code calls of 10 ms}
     * @param remark what else a reader needs to know
     */
    public void run(String calls, String remark) throws Exception {
        CallTable table = new CallTable(calls);
        for (int round = 0; round < plan.rounds(); round++) {
            for (Map.Entry<String, Contender> contender : contenders.entrySet()) {
                table.add(contender.getKey(), CallRound.of(contender.getValue().start(), target, plan.calls()));
            }
        }
        table.markdown().forEach(System.out::println);
        System.out.println();
        System.out.println(String.format(
                Locale.ROOT,
                "%,d calls a round by %d threads, %d rounds, each with new processes. Ratio: the sink's rate divided by that of the row, round by"
                        + " round, median (lower quartile). %s%s",
                plan.calls(),
                THREADS,
                plan.rounds(),
                remark,
                MachineDescription.describe(BrokerProcess.HEAP)));
    }
}
