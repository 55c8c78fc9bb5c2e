package io.taskqueue.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The way from a queue to Kafka beside what a bare producer does with the same bytes, on one broker in a process of its own.
 * The two take turns, each round on fresh topics; the first rounds are thrown away.
 */
public final class SideBySide {

    /** How many records the bare producer has in memory: few enough to leave the heap alone. */
    private static final int SAMPLE = 20_000;

    private final Plan plan;
    private final Cluster cluster;
    private final Report report;
    private final SourceRun source;

    private SideBySide(Plan plan, Cluster cluster) {
        this.plan = plan;
        this.cluster = cluster;
        this.report = new Report(plan);
        this.source = new SourceRun(cluster);
    }

    public static void main(String[] arguments) throws Exception {
        Plan plan;
        try {
            plan = Plan.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        try (Scratch scratch = Scratch.in("side-by-side-");
                ChildBroker broker = ChildBroker.start(scratch.directory().resolve("broker"));
                Cluster cluster = new Cluster(broker.bootstrapServers())) {
            new SideBySide(plan, cluster).run();
        }
        System.exit(0);
    }

    private void run() throws Exception {
        String events = source.measure(Tuning.CHOSEN, plan.volume().tasks()).topic();
        ProducerRun producer = new ProducerRun(cluster, cluster.read(events, SAMPLE));
        List<Contender> contenders = new ArrayList<>();
        for (Tuning tuning : plan.tuning()) {
            Contender ours = new Contender(
                    "source",
                    footprint -> source.measure(tuning, plan.volume().tasks()).rate());
            Contender theirs = new Contender(
                    "bare producer",
                    footprint -> producer.measure(tuning, plan.volume().events()));
            contenders.add(ours);
            contenders.add(theirs);
            report.add(new Report.Comparison(
                    "queue → source → confirmed (" + tuning + ")", ours.contest(), theirs.contest()));
        }
        plan.rounds().run("source", contenders, () -> cluster.deleteAllBut(Set.of(events)));
        for (Tuning tuning : plan.tuning()) {
            report.add(source.roundTrips(tuning, plan.volume().roundTrips()));
        }
        System.out.println();
        System.out.println(report.markdown());
        Path json = Scratch.TARGET.resolve("side-by-side.json");
        report.write(json);
        System.out.println("The same as JSON: " + json);
    }
}
