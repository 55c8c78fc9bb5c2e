package io.taskqueue.benchmarks;

import io.taskqueue.benchmarks.broker.BenchmarkCluster;
import io.taskqueue.benchmarks.broker.BrokerProcess;
import io.taskqueue.benchmarks.broker.PostgresProcess;
import io.taskqueue.benchmarks.broker.WorkDirectory;
import io.taskqueue.benchmarks.calls.CallComparison;
import io.taskqueue.benchmarks.calls.CallPlan;
import io.taskqueue.benchmarks.jdbc.BareStatements;
import io.taskqueue.benchmarks.jdbc.JdbcTarget;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code benchmarks/run jdbc}: the sink {@code jdbc} as a user runs it, {@code ./taskqueue sink}, beside as many bare threads that run the
 * same statement with as many connections.
 */
public final class JdbcComparison {

    private static final String USAGE =
            """
            Usage: benchmarks/run jdbc [--calls N] [--rounds N] [--pool N] [--short]
              --calls N    statements of a round; default 120000
              --rounds N   rounds, each with new processes; default 3
              --pool N     connections; default 10, as of the sink
              --short      few statements and one round: checks that everything runs, measures nothing
            """;

    private static final CallPlan.Options OPTIONS =
            new CallPlan.Options(120_000, 1_000, Map.of("--pool", CallPlan.NUMBER), USAGE);

    private JdbcComparison() {}

    public static void main(String[] arguments) throws Exception {
        CallPlan plan;
        try {
            plan = CallPlan.parse(arguments, OPTIONS);
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

    private static void run(CallPlan plan, Path programs) throws Exception {
        String pool = pool(plan);
        try (WorkDirectory directory = WorkDirectory.create("jdbc-");
                BrokerProcess broker = BrokerProcess.start(directory.path().resolve("broker"));
                BenchmarkCluster cluster = new BenchmarkCluster(broker.bootstrapServers());
                PostgresProcess postgres = PostgresProcess.start(programs, directory.path());
                JdbcTarget target = JdbcTarget.create(postgres)) {
            CallComparison comparison = new CallComparison(plan, target);
            comparison.addSink(
                    "./taskqueue",
                    "jdbc",
                    List.of("url=" + target.url(), "statement=" + JdbcTarget.STATEMENT, "pool.size=" + pool),
                    cluster,
                    directory.path().resolve("states"));
            addBareStatements(comparison, "the statement alone", "statement", plan, target);
            addBareStatements(comparison, "and a row with its key", "recorded", plan, target);
            comparison.run(
                    "statements, " + pool + " connections",
                    "PostgreSQL with fsync and synchronous_commit on, " + PostgresProcess.SETTINGS + ". ");
        }
    }

    private static String pool(CallPlan plan) {
        return plan.operand("--pool", "10");
    }

    private static void addBareStatements(
            CallComparison comparison, String what, String way, CallPlan plan, JdbcTarget target) {
        comparison.addBareThreads(
                what,
                BareStatements.class,
                way,
                target.url(),
                String.valueOf(plan.calls()),
                String.valueOf(CallComparison.THREADS),
                pool(plan));
    }
}
