package io.taskqueue.streams.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class LatencyHistogramTest {

    @Test
    void aDurationIsCountedBelowTheFirstBoundThatItDoesNotExceed() {
        LatencyHistogram histogram = new LatencyHistogram();
        histogram.add(Duration.ZERO);
        histogram.add(Duration.ofMillis(1));
        histogram.add(Duration.ofNanos(1_000_001));
        histogram.add(Duration.ofMinutes(1));
        histogram.add(Duration.ofHours(1));

        EffectLatency counts = histogram.counts();
        assertThat(counts.upperMillis()).startsWith(1.0, 2.0).endsWith(60_000.0).isSorted();
        assertThat(counts.counts()).containsExactly(2L, 1L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 1L, 1L);
    }

    @Test
    void aHistogramHasOneCountMoreThanBounds() {
        assertThatThrownBy(() -> new EffectLatency(List.of(1.0), List.of(1L)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A histogram of 1 bounds has one count more than bounds, but this one has 1.");
    }
}
