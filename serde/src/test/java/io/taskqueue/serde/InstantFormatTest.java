package io.taskqueue.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InstantFormatTest {

    /** One for all: it keeps the texts of the last seconds. */
    private static final RecordBytes RECORD = new RecordBytes(1);

    @Property
    void instantIsWrittenAsByInstantToString(@ForAll("instants") Instant instant) {
        assertThat(written(instant)).isEqualTo("\"" + instant + "\"");
        assertThat(InstantFormat.format(instant)).isEqualTo(instant.toString());
    }

    @Property
    void instantIsReadAsItWasWritten(@ForAll("instants") Instant instant) {
        assertThat(InstantFormat.parse(instant.toString())).isEqualTo(instant);
    }

    @Property
    void instantIsReadWithAnyOffset(
            @ForAll("near") Instant instant, @ForAll @IntRange(min = -1080, max = 1080) int minutes) {
        OffsetDateTime local = instant.atOffset(ZoneOffset.ofTotalSeconds(minutes * 60));

        assertThat(InstantFormat.parse(local.toString().replaceFirst("T(\\d\\d:\\d\\d)(Z|[+-].*)$", "T$1:00$2")))
                .isEqualTo(instant);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-11-01T10:00:30.1Z",
                "2026-11-01T10:00:30.12Z",
                "2026-11-01T10:00:30.1234567Z",
                "2026-11-01T10:00:30Z",
                "2024-02-29T23:59:59.999999999Z",
                "0000-01-01T00:00:00Z",
                "2026-11-01t10:00:30z"
            })
    void anyNumberOfDigitsIsReadAsByInstantParse(String text) {
        assertThat(InstantFormat.parse(text)).isEqualTo(Instant.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Z",
                "2026-11-01",
                "2026-11-01T10:00:30",
                "2026-13-01T10:00:30Z",
                "2026-02-29T10:00:30Z",
                "2026-11-01T25:00:30Z",
                "2026-11-01T10:60:30Z",
                "2026-11-01T10:00:61Z",
                "2026-11-01T10:00:30.1234567890Z",
                "2026-11-01T10:00:3٣Z",
                "2026-11-01T10:00:30.+1Z",
                "-026-11-01T10:00:30Z",
                "2026-11-01T10:00:30+19:00",
                "+9999999999-11-01T10:00:30Z"
            })
    void textThatIsNotAnInstantIsRejected(String text) {
        assertThatExceptionOfType(DateTimeException.class).isThrownBy(() -> InstantFormat.parse(text));
        assertThatExceptionOfType(DateTimeException.class).isThrownBy(() -> Instant.parse(text));
    }

    @Provide
    Arbitrary<Instant> instants() {
        return ArbitraryEvents.instants();
    }

    @Provide
    Arbitrary<Instant> near() {
        return ArbitraryEvents.instants()
                .filter(instant -> instant.isAfter(Instant.parse("0001-01-02T00:00:00Z"))
                        && instant.isBefore(Instant.parse("9999-12-30T00:00:00Z")));
    }

    private static String written(Instant instant) {
        RECORD.begin(new byte[0]);
        RECORD.instant(instant);
        return new String(RECORD.end(), StandardCharsets.UTF_8);
    }
}
