package io.taskqueue.benchmarks;

import io.taskqueue.benchmarks.broker.BenchmarkCluster;
import io.taskqueue.benchmarks.broker.BrokerProcess;
import io.taskqueue.benchmarks.broker.WorkDirectory;
import io.taskqueue.benchmarks.calls.CallComparison;
import io.taskqueue.benchmarks.calls.CallPlan;
import io.taskqueue.benchmarks.http.BareThreads;
import io.taskqueue.benchmarks.http.TargetProcess;
import java.time.Duration;
import java.util.List;
import java.util.Map;

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

    private static final CallPlan.Options OPTIONS = new CallPlan.Options(
            240_000,
            2_000,
            Map.of(
                    "--latency", CallPlan.NUMBER,
                    "--clients", "(jdk|jdk-direct|apache)(,(jdk|jdk-direct|apache))*",
                    "--command", ".+"),
            USAGE);

    private HttpComparison() {}

    public static void main(String[] arguments) throws Exception {
        CallPlan plan;
        try {
            plan = CallPlan.parse(arguments, OPTIONS);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        run(plan);
        System.exit(0);
    }

    private static void run(CallPlan plan) throws Exception {
        Duration latency = Duration.ofMillis(Long.parseLong(plan.operand("--latency", "10")));
        String[] clients = plan.operand("--clients", "jdk,apache").split(",", -1);
        try (WorkDirectory directory = WorkDirectory.create("http-");
                BrokerProcess broker = BrokerProcess.start(directory.path().resolve("broker"));
                BenchmarkCluster cluster = new BenchmarkCluster(broker.bootstrapServers());
                TargetProcess target = TargetProcess.start(latency)) {
            CallComparison comparison = new CallComparison(plan, target);
            comparison.addSink(
                    plan.operand("--command", "./taskqueue"),
                    "http",
                    List.of("url=" + target.url()),
                    cluster,
                    directory.path().resolve("states"));
            for (String client : clients) {
                comparison.addBareThreads(
                        client,
                        BareThreads.class,
                        client,
                        target.url(),
                        String.valueOf(plan.calls()),
                        String.valueOf(CallComparison.THREADS));
            }
            comparison.run("calls of " + latency.toMillis() + " ms", "");
        }
    }
}
