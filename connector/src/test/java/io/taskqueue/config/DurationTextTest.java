package io.taskqueue.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DurationTextTest {

    @Test
    void numbersWithAUnitAreDurations() {
        assertThat(DurationText.parse("500ms")).isEqualTo(Duration.ofMillis(500));
        assertThat(DurationText.parse("6s")).isEqualTo(Duration.ofSeconds(6));
        assertThat(DurationText.parse("5m")).isEqualTo(Duration.ofMinutes(5));
        assertThat(DurationText.parse("2h")).isEqualTo(Duration.ofHours(2));
        assertThat(DurationText.parse("0s")).isEqualTo(Duration.ZERO);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0s", "1ms", "999ms", "1500ms", "1s", "30s", "61s", "1m", "90m", "1h", "24h"})
    void textOfADurationIsTheParsedOne(String text) {
        assertThat(DurationText.of(DurationText.parse(text))).isEqualTo(text);
    }

    @Test
    void textHasTheLargestWholeUnit() {
        assertThat(DurationText.of(DurationText.parse("120000ms"))).isEqualTo("2m");
        assertThat(DurationText.of(Duration.ofDays(1))).isEqualTo("24h");
    }

    @Test
    void durationWithoutSuchATextIsWrittenInIso8601() {
        assertThat(DurationText.of(Duration.ofNanos(1))).isEqualTo("PT0.000000001S");
        assertThat(DurationText.of(Duration.ofMillis(-1))).isEqualTo("PT-0.001S");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "6", "s", "-1s", "1.5s", "6 s", "6S", "PT6S", "6s\n", "9999999999999s", "٣s"})
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> DurationText.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "'" + text + "' is not a duration. Use a whole number and a unit, as in 500ms, 6s, 5m or 2h.");
    }
}
