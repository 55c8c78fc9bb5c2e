package io.taskqueue.console.overview;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.console.overview.GrowthMeter.Growth;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

/** Whether a number of tasks only grows. */
class GrowthMeterTest {

    private final GrowthMeter meter = new GrowthMeter();

    /** Measures each second, from one second to another. */
    private void measure(int from, int to, LongUnaryOperator tasks) {
        for (int second = from; second < to; second++) {
            meter.measure(TimeUnit.SECONDS.toNanos(second), tasks.applyAsLong(second));
        }
    }

    @Test
    void aQueueThatGrowsForMinutesGrows() {
        measure(0, 240, second -> 100 + 2 * second);
        assertThat(meter.growth())
                .as("three minutes, and what comes after them")
                .isEmpty();
        measure(240, 245, second -> 100 + 2 * second);
        assertThat(meter.growth()).contains(new Growth(3, 100, 460));
        measure(245, 301, second -> 100 + 2 * second);
        assertThat(meter.growth()).contains(new Growth(4, 100, 580));
    }

    @Test
    void aQueueWhoseWorkersKeepUpAgainAndAgainDoesNotGrow() {
        measure(0, 600, second -> (second % 70) * 50);

        assertThat(meter.growth()).isEmpty();
    }

    @Test
    void growthEndsOnceTheQueueFallsBelowTheMinuteBefore() {
        measure(0, 300, second -> 100 + 2 * second);
        assertThat(meter.growth()).isPresent();
        measure(300, 302, second -> 500);

        assertThat(meter.growth()).isEmpty();
    }

    @Test
    void aFewTasksAreNoGrowth() {
        measure(0, 600, second -> second / 60);

        assertThat(meter.growth()).isEmpty();
    }

    @Test
    void aMinuteThatWasNotMeasuredBeginsAgain() {
        measure(0, 300, second -> 100 + 2 * second);
        measure(480, 600, second -> 100 + 2 * second);

        assertThat(meter.growth()).isEmpty();
    }
}
