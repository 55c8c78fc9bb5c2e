package io.taskqueue.torture.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.taskqueue.torture.history.RunDirectory;
import io.taskqueue.torture.report.InvariantResult.Verdict;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each way to make a legal history illegal is caught, under the invariant that it breaks. */
class MutatedHistoriesAreCaughtTest {

    private static final int SEEDS = 6;

    @TempDir
    static Path directory;

    private static final Map<Integer, RunDirectory> RUNS = new HashMap<>();

    private static RunDirectory run(int seed) {
        return RUNS.computeIfAbsent(
                seed, made -> SmallRun.of(directory.resolve("run-" + seed), seed, new SmallRun.Parts()));
    }

    @ParameterizedTest
    @EnumSource(Mutation.class)
    void mutationIsCaught(Mutation mutation) {
        for (int seed = 1; seed <= SEEDS; seed++) {
            RecordedHistory history = new RecordedHistory(run(seed), SmallRun.QUEUE);
            if (mutation.apply(history, new SplittableRandom(seed))) {
                RunDirectory mutated = history.write(directory.resolve(mutation + "-" + seed));
                assertThat(TortureCheck.check(mutated).result(mutation.broken()).verdict())
                        .isEqualTo(Verdict.VIOLATED);
                return;
            }
        }
        fail("%s found no place in the histories of the seeds 1 to %s", mutation, SEEDS);
    }
}
