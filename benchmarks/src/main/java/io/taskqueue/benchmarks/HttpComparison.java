package io.taskqueue.benchmarks;

import io.taskqueue.benchmarks.broker.BenchmarkCluster;
import io.taskqueue.benchmarks.broker.BrokerProcess;
import io.taskqueue.benchmarks.broker.WorkDirectory;
import io.taskqueue.benchmarks.calls.CallRound;
import io.taskqueue.benchmarks.calls.CallTable;
import io.taskqueue.benchmarks.http.BareThreads;
import io.taskqueue.benchmarks.http.TargetProcess;
import io.taskqueue.benchmarks.measure.ChildJvm;
import io.taskqueue.benchmarks.measure.CommandOptions;
import io.taskqueue.benchmarks.measure.MachineDescription;
import io.taskqueue.benchmarks.memory.FilledTopic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;

/**
 * {@code benchmarks/run http}: the sink {@code http} as a user runs it, {@code ./taskqueue sink}, beside as many bare threads that post to
 * the same target.
 */
public final class HttpComparison {

    private static final String USAGE =
            """
            Usage: benchmarks/run http [--calls N] [--rounds N] [--latency MS] [--clients LIST] [--command PATH] [--short]
              --calls N       calls of a round; default 240000
              --rounds N      rounds, each with new processes; default 3
              --latency MS    how long the target takes; default 10
              --clients LIST  clients of the bare threads, of jdk, jdk-direct and apache; default jdk,apache
              --command PATH  the command line; default ./taskqueue
              --short         few calls and one round: checks that everything runs, measures nothing
            """;

    private static final int THREADS = 64;

    private record Plan(int calls, int rounds, Duration latency, List<String> clients, String command) {}

    private HttpComparison() {}

    public static void main(String[] arguments) throws Exception {
        Plan plan;
        try {
            plan = plan(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        run(plan);
        System.exit(0);
    }

    private static Plan plan(String[] arguments) {
        int calls = 240_000;
        int rounds = 3;
        int latency = 10;
        String clients = "jdk,apache";
        String command = "./taskqueue";
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--calls" -> calls = number(arguments, ++i);
                case "--rounds" -> rounds = number(arguments, ++i);
                case "--latency" -> latency = number(arguments, ++i);
                case "--clients" -> clients = CommandOptions.operand(
                        arguments, ++i, "(jdk|jdk-direct|apache)(,(jdk|jdk-direct|apache))*", USAGE);
                case "--command" -> command = CommandOptions.operand(arguments, ++i, ".+", USAGE);
                case "--short" -> {
                    calls = 2_000;
                    rounds = 1;
                }
                default -> throw CommandOptions.unknown(arguments[i], USAGE);
            }
        }
        return new Plan(calls, rounds, Duration.ofMillis(latency), List.of(clients.split(",", -1)), command);
    }

    private static int number(String[] arguments, int index) {
        return Integer.parseInt(CommandOptions.operand(arguments, index, "[1-9][0-9]{0,7}", USAGE));
    }

    private static void run(Plan plan) throws Exception {
        CallTable table = new CallTable("calls of " + plan.latency().toMillis() + " ms");
        try (WorkDirectory directory = WorkDirectory.create("http-");
                BrokerProcess broker = BrokerProcess.start(directory.path().resolve("broker"));
                BenchmarkCluster cluster = new BenchmarkCluster(broker.bootstrapServers());
                TargetProcess target = TargetProcess.start(plan.latency())) {
            FilledTopic topic = new FilledTopic("posted", 1, plan.calls());
            try (Admin admin = Admin.create(cluster.settings());
                    KafkaProducer<byte[], byte[]> producer =
                            cluster.producer(Map.of("batch.size", 131_072, "linger.ms", 5))) {
                topic.fill(admin, producer);
            }
            for (int round = 0; round < plan.rounds(); round++) {
                Path states = directory.path().resolve("states");
                table.add(
                        "sink http",
                        CallRound.of(ChildJvm.start(sink(plan, cluster, target, topic, states)), target, plan.calls()));
                for (String client : plan.clients()) {
                    table.add(
                            THREADS + " bare threads, " + client,
                            CallRound.of(
                                    ChildJvm.start(
                                            BareThreads.class,
                                            ChildJvm.launcherFlags(),
                                            client,
                                            target.url(),
                                            String.valueOf(plan.calls()),
                                            String.valueOf(THREADS)),
                                    target,
                                    plan.calls()));
                }
            }
        }
        table.markdown().forEach(System.out::println);
        System.out.println();
        System.out.println(String.format(
                Locale.ROOT,
                "%,d calls a round, %d at once, %d rounds, each with new processes. Ratio: the sink's rate divided by that of the row, round by"
                        + " round, median (lower quartile). %s",
                plan.calls(),
                THREADS,
                plan.rounds(),
                MachineDescription.describe(BrokerProcess.HEAP)));
    }

    private static List<String> sink(
            Plan plan, BenchmarkCluster cluster, TargetProcess target, FilledTopic topic, Path states) {
        String name = cluster.newName("http");
        return List.of(
                plan.command(),
                "sink",
                "--bootstrap-server",
                cluster.bootstrapServers(),
                "--topic",
                topic.name(),
                "--name",
                name,
                "--sink",
                "http",
                "--sink-config",
                "url=" + target.url(),
                "--concurrency",
                String.valueOf(THREADS),
                "--state-dir",
                states.resolve(name).toString(),
                "--until-idle",
                "1s",
                "--output",
                "json");
    }
}
