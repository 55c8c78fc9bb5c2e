package io.taskqueue.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {

    private final Random random = new Random(7);

    @Test
    void waitsDoubleUpToTheLongest() {
        var policy = new RetryPolicy(10, Duration.ofMillis(100), Duration.ofSeconds(1), 0);
        assertThat(IntStream.rangeClosed(1, 6)
                        .mapToObj(n -> policy.backoff(n, random).toMillis()))
                .containsExactly(100L, 200L, 400L, 800L, 1_000L, 1_000L);
        assertThat(policy.backoff(Integer.MAX_VALUE, random)).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void longWaitsDoNotOverflow() {
        var policy = new RetryPolicy(100, Duration.ofDays(36_500), Duration.ofDays(365_000_000), 0);
        assertThat(policy.backoff(100, random)).isEqualTo(Duration.ofDays(365_000_000));
        assertThat(new RetryPolicy(9, Duration.ZERO, Duration.ofDays(1), 0.5).backoff(9, random))
                .isZero();
    }

    @Test
    void jitterOnlyShortens() {
        var policy = new RetryPolicy(10, Duration.ofSeconds(1), Duration.ofSeconds(1), 0.2);
        assertThat(IntStream.range(0, 1_000)
                        .mapToObj(n -> policy.backoff(1, random).toMillis()))
                .allSatisfy(wait -> assertThat(wait).isBetween(800L, 1_000L))
                .anySatisfy(wait -> assertThat(wait).isLessThan(850L));
    }

    @Test
    void valuesOutOfRangeAreRefused() {
        assertThatThrownBy(() -> new RetryPolicy(0, Duration.ZERO, Duration.ZERO, 0))
                .hasMessage(
                        "A retry policy needs at least 1 attempt, 0 <= firstBackoff <= maxBackoff and a jitter from 0 to "
                                + "1, but this is attempts 0, firstBackoff PT0S, maxBackoff PT0S, jitter 0.0.");
        assertThatThrownBy(() -> new RetryPolicy(1, Duration.ofSeconds(2), Duration.ofSeconds(1), 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RetryPolicy(1, Duration.ZERO, Duration.ZERO, Double.NaN))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
