package io.taskqueue.benchmarks;

import io.taskqueue.benchmarks.EffectsPlan.Chapter;
import java.nio.file.Path;

/** All that is measured of effects, on one broker in a process of its own; see docs/performance.md for what and how. */
public final class EffectsSideBySide {

    private EffectsSideBySide() {}

    public static void main(String[] arguments) throws Exception {
        EffectsPlan plan;
        try {
            plan = EffectsPlan.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        try (Scratch scratch = Scratch.in("effects-");
                ChildBroker broker = ChildBroker.start(scratch.directory().resolve("broker"));
                Cluster cluster = new Cluster(broker.bootstrapServers())) {
            run(new Stage(plan, cluster, scratch.directory().resolve("states"), new Figures(!plan.brief())));
        }
        System.exit(0);
    }

    private static void run(Stage stage) throws Exception {
        Stopwatch watch = new Stopwatch();
        for (Chapter chapter : stage.plan().chapters()) {
            switch (chapter) {
                case SPEED -> new SpeedChapter(stage).run();
                case NOOP -> new StoreChapter(stage).noOp();
                case REPLAY -> new StoreChapter(stage).replay();
                case LATENCY -> new LatencyChapter(stage).run();
                case COMMIT -> new CommitChapter(stage).run();
                case KILL -> new KillChapter(stage).run();
                case INTENT -> new IntentChapter(stage).run();
            }
            System.err.println(chapter + " done after " + watch.elapsed().toSeconds() + " s");
        }
        String conditions = "Medians of " + stage.plan().rounds().measured() + " interleaved rounds after "
                + stage.plan().rounds().warmups() + " thrown away (at the beginning and where calls take no time, "
                + stage.warmed().warmups() + "); commit interval "
                + Terms.DEFAULT.interval() + " unless said. " + Surroundings.describe();
        System.out.println();
        String markdown = stage.figures().markdown(conditions);
        System.out.println(markdown);
        if (stage.plan().page().isPresent()) {
            Page.replaceTables(stage.plan().page().get(), markdown);
        }
        Path json = Scratch.TARGET.resolve("effects.json");
        stage.figures().write(json, conditions);
        System.out.println("The same as JSON, round by round: " + json);
    }
}
