package io.taskqueue.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BreakerPolicyTest {

    @Test
    void defaultIsOnAndOffIsOff() {
        assertThat(BreakerPolicy.DEFAULT)
                .isEqualTo(new BreakerPolicy(20, 5, Duration.ofSeconds(1), Duration.ofSeconds(30)));
        assertThat(BreakerPolicy.DEFAULT.on()).isTrue();
        assertThat(BreakerPolicy.OFF.on()).isFalse();
    }

    @Test
    void valuesOutOfRangeAreRefused() {
        assertThatThrownBy(() -> new BreakerPolicy(3, 4, Duration.ofSeconds(1), Duration.ofSeconds(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "A breaker policy needs 1 <= tasks <= failures and 1 ms <= firstWait <= maxWait <= 24 h, but has "
                                + "failures 3, tasks 4, firstWait 1s, maxWait 2s. To disable the breaker, use "
                                + "BreakerPolicy.OFF.");
        assertThatThrownBy(() -> new BreakerPolicy(3, 0, Duration.ofSeconds(1), Duration.ofSeconds(2)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new BreakerPolicy(0, 0, Duration.ofSeconds(1), Duration.ofSeconds(2)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new BreakerPolicy(3, 1, Duration.ZERO, Duration.ofSeconds(2)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new BreakerPolicy(3, 1, Duration.ofSeconds(3), Duration.ofSeconds(2)))
                .isInstanceOf(IllegalArgumentException.class);
        for (Duration tooLong : new Duration[] {Duration.ofHours(25), Duration.ofSeconds(Long.MAX_VALUE)}) {
            assertThatThrownBy(() -> new BreakerPolicy(3, 1, tooLong, tooLong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("firstWait <= maxWait <= 24 h");
        }
    }
}
