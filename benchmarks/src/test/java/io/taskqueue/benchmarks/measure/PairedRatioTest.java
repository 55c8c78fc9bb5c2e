package io.taskqueue.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PairedRatioTest {

    @TempDir
    private Path directory;

    @Test
    void ratioIsTakenPairByPairSoThatASlowRoundOfBothDoesNotChangeIt() {
        // the machine was busy in the second round
        PairedRatio ratio = PairedRatio.of(samples(90, 9, 90), samples(100, 10, 100));

        assertThat(ratio.values()).containsExactly(0.9, 0.9, 0.9);
        assertThat(ratio).hasToString("0.90 (0.90–0.90)");
    }

    @Test
    void markIsReachedByTheLowerQuartileAndNotByTheMedian() {
        PairedRatio ratio = new PairedRatio(List.of(0.7, 0.8, 1.0, 1.1, 1.2));

        assertThat(ratio.median()).isEqualTo(1.0);
        assertThat(ratio.lowerQuartile()).isEqualTo(0.8);
        assertThat(ratio.upperQuartile()).isEqualTo(1.1);
        assertThat(ratio.reaches(0.8)).isTrue();
        assertThat(ratio.reaches(0.9)).isFalse();
    }

    @Test
    void roundWithoutItsPairIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PairedRatio.of(samples(1, 2), samples(1)))
                .withMessage("A pair needs a round of each, but 'samples' has 2 rounds and 'samples' has 1.");
    }

    @Test
    void ratioOfNoPairIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PairedRatio(List.of()))
                .withMessage("A ratio needs at least one pair of rounds, but has 0. Measure at least one round of each"
                        + " candidate.");
    }

    @Test
    void markNeedsSeveralStartsWhosePairsAreAllCounted() throws Exception {
        Path file = directory.resolve("ratios.ndjson");

        RatioHistory.Measured first =
                new RatioHistory(file, "1").add("ours ÷ theirs", new PairedRatio(List.of(1.1, 1.2)));
        RatioHistory.Measured other = new RatioHistory(file, "2").add("something else", new PairedRatio(List.of(0.1)));
        RatioHistory.Measured second = new RatioHistory(file, "2").add("ours ÷ theirs", new PairedRatio(List.of(1.0)));
        RatioHistory.Measured third = new RatioHistory(file, "3").add("ours ÷ theirs", new PairedRatio(List.of(1.3)));

        assertThat(first.reaches(1)).isFalse();
        assertThat(other.ratio().values()).containsExactly(0.1);
        assertThat(second.starts()).isEqualTo(2);
        assertThat(second.reaches(1)).isFalse();
        assertThat(third.ratio().values()).containsExactly(1.1, 1.2, 1.0, 1.3);
        assertThat(third.reaches(1)).isTrue();
        assertThat(third.reaches(1.2)).isFalse();
        assertThat(third).hasToString("1.15 (1.08–1.23) in 3 starts");
    }

    private static Samples samples(double... values) {
        Samples samples = new Samples("samples");
        DoubleStream.of(values).forEach(samples::add);
        return samples;
    }
}
