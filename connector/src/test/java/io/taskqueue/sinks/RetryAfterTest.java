package io.taskqueue.sinks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {

    private static final Instant NOW = Instant.parse("1994-11-06T08:49:00Z");

    @Test
    void secondsAreAWait() {
        assertThat(RetryAfter.parse(" 120 ", NOW)).contains(Duration.ofMinutes(2));
        assertThat(RetryAfter.parse("0", NOW)).contains(Duration.ZERO);
        assertThat(RetryAfter.parse("9999999999", NOW)).contains(Duration.ofSeconds(9_999_999_999L));
        assertThat(RetryAfter.parse("9".repeat(8_000), NOW)).contains(Duration.ofSeconds(9_999_999_999L));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Sun, 06 Nov 1994 08:49:37 GMT",
                "Sunday, 06-Nov-94 08:49:37 GMT",
                "Sun Nov  6 08:49:37 1994",
                "Sun, 6 Nov 1994 08:49:37 GMT"
            })
    void dateIsAWaitFromNow(String date) {
        assertThat(RetryAfter.parse(date, NOW)).contains(Duration.ofSeconds(37));
    }

    @Test
    void dateInThePastIsNegative() {
        assertThat(RetryAfter.parse("Sun, 06 Nov 1994 08:48:00 GMT", NOW)).contains(Duration.ofMinutes(-1));
    }

    @Test
    void yearOfTwoDigitsIsAtMostFiftyYearsAhead() {
        Instant later = Instant.parse("2026-11-06T08:49:37Z");
        assertThat(RetryAfter.parse("Friday, 06-Nov-26 08:49:38 GMT", later)).contains(Duration.ofSeconds(1));
        assertThat(RetryAfter.parse("Sunday, 06-Nov-94 08:49:37 GMT", later).orElseThrow())
                .isNegative();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "-5", "1.5", "10s", "Sun, 36 Nov 1994 08:49:37 GMT", "\u0661\u0660"})
    void anythingElseIsIgnored(String text) {
        assertThat(RetryAfter.parse(text, NOW)).isEmpty();
    }
}
