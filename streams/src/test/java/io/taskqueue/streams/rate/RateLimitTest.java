package io.taskqueue.streams.rate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RateLimitTest {

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, 0.0001, 1_000_001, Double.NaN, Double.NEGATIVE_INFINITY})
    void rateOutOfRangeIsRefused(double rate) {
        assertThatThrownBy(() -> RateLimit.perSecond(rate))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A rate limit of " + rate
                        + " calls a second cannot be kept. Use 0.001 to 1000000, or no limit.");
        assertThatThrownBy(() -> RateLimit.perKey(rate))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A rate limit of " + rate
                        + " calls of one peer a second cannot be kept. Use 0.001 to 1000000, or no limit.");
    }

    @Test
    void textNamesTheLimits() {
        assertThat(RateLimit.NONE).hasToString("unlimited");
        assertThat(RateLimit.perSecond(100)).hasToString("100 calls/s");
        assertThat(RateLimit.perKey(0.5)).hasToString("0.5 calls/s of a peer");
        assertThat(new RateLimit(100, 5)).hasToString("100 calls/s, 5 calls/s of a peer");
    }
}
