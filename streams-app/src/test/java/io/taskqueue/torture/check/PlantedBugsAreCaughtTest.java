package io.taskqueue.torture.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.taskqueue.torture.history.DispatcherEntry;
import io.taskqueue.torture.history.HistoryWriter;
import io.taskqueue.torture.history.RunDirectory;
import io.taskqueue.torture.report.HistoryExcerpt;
import io.taskqueue.torture.report.Invariant;
import io.taskqueue.torture.report.InvariantResult;
import io.taskqueue.torture.report.InvariantResult.Verdict;
import io.taskqueue.torture.report.TortureReport;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Each part with a fault is caught, under the invariant that it breaks; the same run without the fault holds. */
class PlantedBugsAreCaughtTest {

    private static final List<Long> SEEDS = List.of(11L, 12L, 13L, 14L);

    @TempDir
    Path directory;

    /** Creates a sink; the parameters of the constructors of {@link PlainSink}. */
    private interface NewSink {
        PlainSink create(
                String name, String queue, MemoryTopic topic, RunDirectory directory, PlainTarget target, RunTime time);
    }

    private interface NewDispatcher {
        PlainDispatcher create(
                String name,
                TopicJournal journal,
                MemoryTopic topic,
                HistoryWriter<DispatcherEntry> history,
                RunTime time);
    }

    private static SmallRun.Parts sink(NewSink faulty) {
        return new SmallRun.Parts() {
            @Override
            PlainSink sink(String name, MemoryTopic topic, RunDirectory directory, PlainTarget target, RunTime time) {
                return name.equals("billing")
                        ? faulty.create(name, SmallRun.QUEUE, topic, directory, target, time)
                        : super.sink(name, topic, directory, target, time);
            }
        };
    }

    private static SmallRun.Parts dispatcher(NewDispatcher faulty) {
        return new SmallRun.Parts() {
            @Override
            PlainDispatcher dispatcher(
                    String name,
                    TopicJournal journal,
                    MemoryTopic topic,
                    HistoryWriter<DispatcherEntry> history,
                    RunTime time) {
                return faulty.create(name, journal, topic, history, time);
            }
        };
    }

    private static SmallRun.Parts journal() {
        return new SmallRun.Parts() {
            @Override
            TopicJournal journal(MemoryTopic topic, long epoch) {
                return new TopicJournal.WithoutOneEnqueue(topic, SmallRun.QUEUE, epoch);
            }
        };
    }

    private record Planted(String bug, SmallRun.Parts parts, Invariant broken) {}

    private static List<Planted> planted() {
        return List.of(
                new Planted("a record skipped", sink(PlainSink.SkippingOne::new), Invariant.SEQUENCES),
                new Planted("an offset committed early", sink(PlainSink.CommittingEarly::new), Invariant.SEQUENCES),
                new Planted("an offset committed early", sink(PlainSink.CommittingEarly::new), Invariant.CHECKPOINTS),
                new Planted("an epoch ignored", sink(PlainSink.IgnoringEpochs::new), Invariant.ONE_OWNER),
                new Planted("a result overwritten", sink(PlainSink.OverwritingResults::new), Invariant.RESULTS),
                new Planted("two events swapped", sink(PlainSink.SwappingTwo::new), Invariant.SEQUENCES),
                new Planted("an enqueue confirmed and not published", journal(), Invariant.CONFIRMED_TASKS),
                new Planted(
                        "a lease granted by a fenced owner",
                        dispatcher(PlainDispatcher.IgnoringItsFence::new),
                        Invariant.ONE_OWNER),
                new Planted(
                        "a task recovered twice",
                        dispatcher(PlainDispatcher.RecoveringTwice::new),
                        Invariant.TASK_LIVES));
    }

    @Test
    void runsWithoutAFaultHold() {
        for (long seed : SEEDS) { // those of the runs with faults
            TortureReport report =
                    TortureCheck.check(SmallRun.of(directory.resolve("run-" + seed), seed, new SmallRun.Parts()));

            assertThat(report.invariants())
                    .as("seed %s: %s", seed, report.lines())
                    .allMatch(result -> result.verdict() == Verdict.HELD);
        }
    }

    @TestFactory
    Stream<DynamicTest> partsWithAFaultAreCaught() {
        return planted().stream()
                .map(planted -> DynamicTest.dynamicTest(
                        planted.bug + " breaks invariant " + planted.broken.number(), () -> isCaught(planted)));
    }

    private void isCaught(Planted planted) {
        for (long seed : SEEDS) {
            RunDirectory run = SmallRun.of(
                    directory.resolve(planted.bug.replace(' ', '-') + "-" + planted.broken + "-" + seed),
                    seed,
                    planted.parts);
            InvariantResult result = TortureCheck.check(run).result(planted.broken);
            if (result.verdict() == Verdict.VIOLATED) {
                HistoryExcerpt excerpt =
                        HistoryExcerpt.shortest(run, result.violations()).orElseThrow();
                assertThat(excerpt.violation().invariant()).isEqualTo(planted.broken);
                assertThat(excerpt.lines()).isNotEmpty().hasSizeLessThan(25);
                return;
            }
        }
        fail("%s was not caught in any of the runs %s", planted.bug, SEEDS);
    }
}
