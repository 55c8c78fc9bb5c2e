package io.taskqueue.torture.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.torture.history.RunDirectory;
import io.taskqueue.torture.report.InvariantResult.Verdict;
import io.taskqueue.torture.report.TortureReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** Random runs hold, and their histories do not once they were changed. */
class RandomHistoriesTest {

    private static final List<Mutation> MUTATIONS = List.of(Mutation.values());
    private static final int MADE_OF_EACH_RUN = 5;

    @Property(tries = 3, shrinking = ShrinkingMode.OFF)
    void aRunHoldsAndMutationsOfItAreCaught(@ForAll long seed) throws IOException {
        Path directory = Files.createTempDirectory("random-histories");
        SplittableRandom random = new SplittableRandom(seed);
        try {
            RunDirectory run = SmallRun.of(directory.resolve("run"), seed, new SmallRun.Parts());
            TortureReport report = TortureCheck.check(run);
            assertThat(report.invariants())
                    .as("%s", report.lines())
                    .allMatch(result -> result.verdict() == Verdict.HELD);
            for (int made = 0; made < MADE_OF_EACH_RUN; made++) {
                Mutation mutation = MUTATIONS.get(random.nextInt(MUTATIONS.size()));
                isCaught(mutation, run, random, directory.resolve("mutated-" + made));
            }
        } finally {
            delete(directory);
        }
    }

    @Property(tries = 3, shrinking = ShrinkingMode.OFF)
    void aRunWithPayloadsInFirstEventsOnlyHolds(@ForAll long seed) throws IOException {
        Path directory = Files.createTempDirectory("random-histories");
        SmallRun.Parts parts = new SmallRun.Parts() {
            @Override
            TopicJournal journal(MemoryTopic topic, long epoch) {
                return epoch % 3 == 0
                        ? super.journal(topic, epoch)
                        : new TopicJournal.WithPayloadsInFirstEvents(topic, SmallRun.QUEUE, epoch);
            }
        };
        try {
            TortureReport report = TortureCheck.check(SmallRun.of(directory.resolve("run"), seed, parts));

            assertThat(report.invariants())
                    .as("%s", report.lines())
                    .allMatch(result -> result.verdict() == Verdict.HELD);
        } finally {
            delete(directory);
        }
    }

    private static void isCaught(Mutation mutation, RunDirectory run, SplittableRandom random, Path to) {
        RecordedHistory history = new RecordedHistory(run, SmallRun.QUEUE);
        if (mutation.apply(history, random)) {
            assertThat(TortureCheck.check(history.write(to))
                            .result(mutation.broken())
                            .verdict())
                    .as("%s", mutation)
                    .isEqualTo(Verdict.VIOLATED);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
