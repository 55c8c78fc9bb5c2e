package io.taskqueue.benchmarks;

import io.taskqueue.benchmarks.broker.BenchmarkCluster;
import io.taskqueue.benchmarks.broker.BrokerProcess;
import io.taskqueue.benchmarks.broker.WorkDirectory;
import io.taskqueue.benchmarks.measure.Candidate;
import io.taskqueue.benchmarks.measure.Compression;
import io.taskqueue.benchmarks.measure.MachineDescription;
import io.taskqueue.benchmarks.measure.Samples;
import io.taskqueue.benchmarks.whole.QueueAndSourceRun;
import io.taskqueue.benchmarks.whole.WholeOptions;
import io.taskqueue.event.PayloadInclusion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * {@code benchmarks/run whole}: the whole path of a task with a queue and a source, on one broker, with one or several compressions, and
 * with the payload in each event or in the first one only, in turn.
 */
public final class WholeComparison {

    private static final int PER_SECOND = 200;

    private final WholeOptions options;
    private final BenchmarkCluster cluster;
    private final List<Candidate> candidates = new ArrayList<>();
    private final Map<String, List<Cost>> costs = new HashMap<>();
    private final Map<String, QueueAndSourceRun> runs = new LinkedHashMap<>();

    /** What a task of one round cost besides time. */
    private record Cost(double switches, double bytes, double brokerMicros) {}

    private WholeComparison(WholeOptions options, BenchmarkCluster cluster, BrokerProcess broker) {
        this.options = options;
        this.cluster = cluster;
        for (Compression compression : options.compressions()) {
            for (PayloadInclusion payload : options.payloads()) {
                add(
                        payload == PayloadInclusion.EVERY_EVENT
                                ? compression.text()
                                : compression.text() + ", payload in the first event",
                        new QueueAndSourceRun(cluster, compression.producer(), payload),
                        broker);
            }
        }
    }

    private void add(String name, QueueAndSourceRun run, BrokerProcess broker) {
        runs.put(name, run);
        List<Cost> cost = new ArrayList<>();
        costs.put(name, cost);
        candidates.add(new Candidate(name, usage -> {
            double before = broker.cpuMicros();
            QueueAndSourceRun.Result result = run.measure(options.workload());
            double brokerMicros = broker.cpuMicros() - before;
            cost.add(new Cost(
                    result.switchesATask(),
                    result.bytesATask(),
                    brokerMicros / options.workload().tasks()));
            usage.complete(options.workload().workers());
            return result.rate();
        }));
    }

    public static void main(String[] arguments) throws Exception {
        WholeOptions options;
        try {
            options = WholeOptions.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        try (WorkDirectory directory = WorkDirectory.create("whole-");
                BrokerProcess broker = BrokerProcess.start(directory.path().resolve("broker"));
                BenchmarkCluster cluster = new BenchmarkCluster(broker.bootstrapServers())) {
            new WholeComparison(options, cluster, broker).run();
        }
        System.exit(0);
    }

    private void run() throws Exception {
        options.rounds().run("whole", candidates, () -> cluster.deleteAllExcept(Set.of()));
        System.out.println();
        System.out.println("The whole, " + options.workload() + ":");
        System.out.println();
        System.out.println(
                "| compression | tasks/s | client CPU µs a task | broker CPU µs a task | context switches a task |"
                        + " bytes on disk a task |");
        System.out.println("| --- | ---: | ---: | ---: | ---: | ---: |");
        for (Candidate candidate : candidates) {
            String name = candidate.results().name();
            System.out.println(String.format(
                    Locale.ROOT,
                    "| %s | %s | %.1f | %.1f | %.2f | %,.0f |",
                    name,
                    candidate.results().perSecond().spread(),
                    candidate.results().cpuMicros().median(),
                    median(name, Cost::brokerMicros),
                    median(name, Cost::switches),
                    median(name, Cost::bytes)));
        }
        System.out.println();
        System.out.println("| compression | enqueue → confirmed, one task at a time: p50 / p99 | " + PER_SECOND
                + " tasks a second, enqueue → durable: p50 / p99 |");
        System.out.println("| --- | ---: | ---: |");
        for (Map.Entry<String, QueueAndSourceRun> run : runs.entrySet()) {
            System.out.println("| " + run.getKey()
                    + quantiles(run.getValue().roundTrips(options.latencies()))
                    + quantiles(run.getValue().paced(options.workload(), PER_SECOND, options.latencies())) + " |");
        }
        System.out.println();
        System.out.println(MachineDescription.describe(BrokerProcess.HEAP));
    }

    private static String quantiles(Samples milliseconds) {
        return String.format(Locale.ROOT, " | %.2f / %.2f ms", milliseconds.median(), milliseconds.quantile(0.99));
    }

    /** The median over the rounds that count. */
    private double median(String candidate, ToDoubleFunction<Cost> part) {
        Samples samples = new Samples(candidate);
        List<Cost> rounds = Objects.requireNonNull(costs.get(candidate));
        rounds.stream().skip(options.rounds().warmups()).mapToDouble(part).forEach(samples::add);
        return samples.median();
    }
}
