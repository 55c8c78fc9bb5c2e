package io.taskqueue.benchmarks;

import io.taskqueue.benchmarks.broker.BenchmarkCluster;
import io.taskqueue.benchmarks.broker.BrokerProcess;
import io.taskqueue.benchmarks.broker.WorkDirectory;
import io.taskqueue.benchmarks.measure.Candidate;
import io.taskqueue.benchmarks.source.BareProducerRun;
import io.taskqueue.benchmarks.source.BatchSettings;
import io.taskqueue.benchmarks.source.SourceComparisonOptions;
import io.taskqueue.benchmarks.source.SourceReport;
import io.taskqueue.benchmarks.source.SourceRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * {@code benchmarks/run}: the path from a queue to Kafka beside a bare producer that sends the same bytes. Both take turns on one
 * broker, with new topics in each round.
 */
public final class SourceComparison {

    /** The number of different records of the bare producer, small enough to need little heap. */
    private static final int SAMPLE = 20_000;

    private final SourceComparisonOptions options;
    private final BenchmarkCluster cluster;
    private final SourceReport report;
    private final SourceRun source;

    private SourceComparison(SourceComparisonOptions options, BenchmarkCluster cluster) {
        this.options = options;
        this.cluster = cluster;
        this.report = new SourceReport(options);
        this.source = new SourceRun(cluster);
    }

    public static void main(String[] arguments) throws Exception {
        SourceComparisonOptions options;
        try {
            options = SourceComparisonOptions.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        try (WorkDirectory directory = WorkDirectory.create("side-by-side-");
                BrokerProcess broker = BrokerProcess.start(directory.path().resolve("broker"));
                BenchmarkCluster cluster = new BenchmarkCluster(broker.bootstrapServers())) {
            new SourceComparison(options, cluster).run();
        }
        System.exit(0);
    }

    private void run() throws Exception {
        String events =
                source.measure(BatchSettings.DEFAULT, options.load().tasks()).topic();
        BareProducerRun producer = new BareProducerRun(cluster, cluster.read(events, SAMPLE));
        List<Candidate> candidates = new ArrayList<>();
        for (BatchSettings batching : options.batching()) {
            Candidate ours = new Candidate(
                    "source",
                    usage -> source.measure(batching, options.load().tasks()).rate());
            Candidate theirs = new Candidate(
                    "bare producer",
                    usage -> producer.measure(batching, options.load().events()));
            candidates.add(ours);
            candidates.add(theirs);
            report.add(new SourceReport.Comparison(
                    "queue → source → confirmed (" + batching + ")", ours.results(), theirs.results()));
        }
        options.rounds().run("source", candidates, () -> cluster.deleteAllExcept(Set.of(events)));
        for (BatchSettings batching : options.batching()) {
            report.addLatencies(source.roundTrips(batching, options.load().roundTrips()));
        }
        System.out.println();
        System.out.println(report.markdown());
        Path json = WorkDirectory.TARGET.resolve("side-by-side.json");
        report.write(json);
        System.out.println("The same as JSON: " + json);
    }
}
