package io.taskqueue.benchmarks;

import io.taskqueue.benchmarks.broker.BenchmarkCluster;
import io.taskqueue.benchmarks.broker.BrokerProcess;
import io.taskqueue.benchmarks.broker.PostgresProcess;
import io.taskqueue.benchmarks.broker.WorkDirectory;
import io.taskqueue.benchmarks.calls.CallRound;
import io.taskqueue.benchmarks.calls.CallTable;
import io.taskqueue.benchmarks.jdbc.BareStatements;
import io.taskqueue.benchmarks.jdbc.JdbcTarget;
import io.taskqueue.benchmarks.measure.ChildJvm;
import io.taskqueue.benchmarks.measure.CommandOptions;
import io.taskqueue.benchmarks.measure.MachineDescription;
import io.taskqueue.benchmarks.memory.FilledTopic;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;

/**
 * {@code benchmarks/run jdbc}: the sink {@code jdbc} as a user runs it, {@code ./taskqueue sink}, beside as many bare threads that run the
 * same statement with as many connections.
 */
public final class JdbcComparison {

    private static final String USAGE =
            """
            Usage: benchmarks/run jdbc [--calls N] [--rounds N] [--pool N] [--short]
              --calls N    statements of a round; default 40000
              --rounds N   rounds, each with new processes; default 3
              --pool N     connections; default 10, as of the sink
              --short      few statements and one round: checks that everything runs, measures nothing
            """;

    private static final int THREADS = 64;

    private record Plan(int calls, int rounds, int pool) {}

    private JdbcComparison() {}

    public static void main(String[] arguments) throws Exception {
        Plan plan;
        try {
            plan = plan(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        Optional<Path> programs = PostgresProcess.installed();
        if (programs.isEmpty()) {
            System.out.println(
                    "SKIPPED: PostgreSQL is not installed. Install its package, for example: apt-get install postgresql");
            System.exit(0);
            return;
        }
        run(plan, programs.get());
        System.exit(0);
    }

    private static Plan plan(String[] arguments) {
        int calls = 40_000;
        int rounds = 3;
        int pool = 10;
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--calls" -> calls = number(arguments, ++i);
                case "--rounds" -> rounds = number(arguments, ++i);
                case "--pool" -> pool = number(arguments, ++i);
                case "--short" -> {
                    calls = 1_000;
                    rounds = 1;
                }
                default -> throw CommandOptions.unknown(arguments[i], USAGE);
            }
        }
        return new Plan(calls, rounds, pool);
    }

    private static int number(String[] arguments, int index) {
        return Integer.parseInt(CommandOptions.operand(arguments, index, "[1-9][0-9]{0,7}", USAGE));
    }

    private static void run(Plan plan, Path programs) throws Exception {
        CallTable table = new CallTable("statements, " + plan.pool() + " connections");
        try (WorkDirectory directory = WorkDirectory.create("jdbc-");
                BrokerProcess broker = BrokerProcess.start(directory.path().resolve("broker"));
                BenchmarkCluster cluster = new BenchmarkCluster(broker.bootstrapServers());
                PostgresProcess postgres = PostgresProcess.start(programs, directory.path());
                JdbcTarget target = JdbcTarget.create(postgres)) {
            FilledTopic topic = new FilledTopic("written", 1, plan.calls());
            try (Admin admin = Admin.create(cluster.settings());
                    KafkaProducer<byte[], byte[]> producer =
                            cluster.producer(Map.of("batch.size", 131_072, "linger.ms", 5))) {
                topic.fill(admin, producer);
            }
            for (int round = 0; round < plan.rounds(); round++) {
                Path states = directory.path().resolve("states");
                table.add(
                        "sink jdbc",
                        CallRound.of(ChildJvm.start(sink(plan, cluster, target, topic, states)), target, plan.calls()));
                table.add(THREADS + " bare threads, the statement alone", bare("statement", plan, target));
                table.add(THREADS + " bare threads, and a row with its key", bare("recorded", plan, target));
            }
        }
        table.markdown().forEach(System.out::println);
        System.out.println();
        System.out.println(String.format(
                Locale.ROOT,
                "%,d statements a round, %d threads, %d rounds, each with new processes. Ratio: the sink's rate divided by that of the row,"
                        + " round by round, median (lower quartile). PostgreSQL with fsync and synchronous_commit on, %s. %s",
                plan.calls(),
                THREADS,
                plan.rounds(),
                PostgresProcess.SETTINGS,
                MachineDescription.describe(BrokerProcess.HEAP)));
    }

    private static CallRound bare(String way, Plan plan, JdbcTarget target) throws Exception {
        return CallRound.of(
                ChildJvm.start(
                        BareStatements.class,
                        ChildJvm.launcherFlags(),
                        way,
                        target.url(),
                        String.valueOf(plan.calls()),
                        String.valueOf(THREADS),
                        String.valueOf(plan.pool())),
                target,
                plan.calls());
    }

    private static List<String> sink(
            Plan plan, BenchmarkCluster cluster, JdbcTarget target, FilledTopic topic, Path states) {
        String name = cluster.newName("jdbc");
        return List.of(
                "./taskqueue",
                "sink",
                "--bootstrap-server",
                cluster.bootstrapServers(),
                "--topic",
                topic.name(),
                "--name",
                name,
                "--sink",
                "jdbc",
                "--sink-config",
                "url=" + target.url(),
                "--sink-config",
                "statement=" + JdbcTarget.STATEMENT,
                "--sink-config",
                "pool.size=" + plan.pool(),
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
