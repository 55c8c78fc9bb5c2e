package io.taskqueue.benchmarks;

import io.taskqueue.benchmarks.broker.BenchmarkCluster;
import io.taskqueue.benchmarks.broker.BrokerProcess;
import io.taskqueue.benchmarks.broker.WorkDirectory;
import io.taskqueue.benchmarks.effects.CommitIntervalSection;
import io.taskqueue.benchmarks.effects.EffectSettings;
import io.taskqueue.benchmarks.effects.EffectsComparisonOptions;
import io.taskqueue.benchmarks.effects.EffectsComparisonOptions.Section;
import io.taskqueue.benchmarks.effects.EffectsSetup;
import io.taskqueue.benchmarks.effects.IntentSection;
import io.taskqueue.benchmarks.effects.InterestSection;
import io.taskqueue.benchmarks.effects.ResultStoreSection;
import io.taskqueue.benchmarks.effects.ThroughputSection;
import io.taskqueue.benchmarks.kill.KillSection;
import io.taskqueue.benchmarks.latency.LatencySection;
import io.taskqueue.benchmarks.measure.MachineDescription;
import io.taskqueue.benchmarks.measure.ResultTables;
import io.taskqueue.benchmarks.measure.Stopwatch;
import java.nio.file.Path;

/** {@code benchmarks/run effects}: all measurements of effects, on one broker. Each section of the result is a table. */
public final class EffectsComparison {

    private EffectsComparison() {}

    public static void main(String[] arguments) throws Exception {
        EffectsComparisonOptions options;
        try {
            options = EffectsComparisonOptions.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        try (WorkDirectory directory = WorkDirectory.create("effects-");
                BrokerProcess broker = BrokerProcess.start(directory.path().resolve("broker"));
                BenchmarkCluster cluster = new BenchmarkCluster(broker.bootstrapServers())) {
            run(new EffectsSetup(
                    options,
                    cluster,
                    directory.path().resolve("states"),
                    new ResultTables("effects", !options.brief())));
        }
        System.exit(0);
    }

    private static void run(EffectsSetup setup) throws Exception {
        EffectsComparisonOptions options = setup.options();
        Stopwatch watch = new Stopwatch();
        for (Section section : options.sections()) {
            switch (section) {
                case SPEED -> new ThroughputSection(setup).run();
                case NOOP -> new ResultStoreSection(setup).runNoOp();
                case REPLAY -> new ResultStoreSection(setup).runReplay();
                case INTEREST -> new InterestSection(setup).run();
                case LATENCY -> new LatencySection(setup).run();
                case COMMIT -> new CommitIntervalSection(setup).run();
                case KILL -> new KillSection(setup).run();
                case INTENT -> new IntentSection(setup).run();
            }
            System.err.println(section + " done after " + watch.elapsed().toSeconds() + " s");
        }
        String conditions = "Medians of " + options.rounds().measured() + " interleaved rounds after "
                + options.rounds().warmups() + " discarded (" + setup.warmedUp().warmups()
                + " in the first comparison and where calls take no time); commit interval "
                + EffectSettings.DEFAULT.interval() + " unless stated otherwise. "
                + MachineDescription.describe(BrokerProcess.HEAP);
        System.out.println();
        System.out.println(setup.tables().markdown(conditions));
        if (options.page().isPresent()) {
            setup.tables().writeInto(options.page().get(), "effects", conditions);
        }
        Path json = WorkDirectory.TARGET.resolve("effects.json");
        setup.tables().write(json, conditions);
        System.out.println("The same as JSON, with the figures of every round: " + json);
    }
}
