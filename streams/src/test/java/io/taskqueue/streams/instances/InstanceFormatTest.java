package io.taskqueue.streams.instances;

import static io.taskqueue.streams.instances.InstanceReports.AT;
import static io.taskqueue.streams.instances.InstanceReports.health;
import static io.taskqueue.streams.instances.InstanceReports.report;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.streams.status.EffectLatency;
import io.taskqueue.streams.status.SinkHealth;
import io.taskqueue.streams.status.SinkLoad;
import io.taskqueue.streams.status.SinkState;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InstanceFormatTest {

    private static final String VALUE =
            "{\"instance\":\"i-1\",\"host\":\"host-1\",\"version\":\"1.2.3\",\"startedAt\":\"2026-11-23T09:29:00Z\","
                    + "\"at\":\"2026-11-23T09:30:00Z\",\"state\":\"RUNNING\",\"inFlight\":12,"
                    + "\"rate\":{\"waiting\":3,\"perSecond\":100.0,\"perKey\":2.5},"
                    + "\"effects\":{\"run\":1,\"reused\":2,\"failed\":3,\"missing\":4,\"parked\":5,\"ambiguous\":6},"
                    + "\"latency\":{\"upperMillis\":[1.0,2.5],\"counts\":[7,8,9]},"
                    + "\"breakers\":[\"target ü\"],\"notes\":{\"diverged\":\"note ü\"},"
                    + "\"kafka\":\"kafka ü\",\"failure\":\"failure ü\"}";

    @Test
    void aReportIsWrittenAndReadAgain() {
        SinkInstance full = report(AT, SinkState.RUNNING, health("ü"), 12);
        SinkInstance good = report(AT, SinkState.REBALANCING, SinkHealth.GOOD, 0);

        assertThat(new String(InstanceFormat.write(full), StandardCharsets.UTF_8))
                .isEqualTo(VALUE);
        assertThat(InstanceFormat.read(InstanceFormat.write(full))).contains(full);
        assertThat(InstanceFormat.read(InstanceFormat.write(good))).contains(good);
    }

    @Test
    void whatTheHostMeasuresIsReportedUpToTenHistograms() {
        Map<String, EffectLatency> measured = new HashMap<>();
        for (int n = 10; n < 30; n++) {
            measured.put("stage " + n, new EffectLatency(List.of(1.0), List.of((long) n, 2L)));
        }
        SinkInstance plain = report(AT, SinkState.RUNNING, SinkHealth.GOOD, 0);
        SinkInstance measuring = new SinkInstance(
                plain.identity(),
                AT,
                plain.state(),
                plain.health(),
                plain.load(),
                plain.effects(),
                plain.latency(),
                measured);

        Map<String, EffectLatency> read = InstanceFormat.read(InstanceFormat.write(measuring))
                .orElseThrow()
                .latencies();

        assertThat(read).hasSize(InstanceFormat.MOST_LATENCIES).containsEntry("stage 10", measured.get("stage 10"));
        assertThat(read.keySet()).allMatch(name -> name.compareTo("stage 20") < 0);
    }

    @Test
    void theLimitOfAnOlderVersionIsUnknownAndOneThatIsLeftOutIsNone() {
        String older = VALUE.replace("\"rate\":{\"waiting\":3,\"perSecond\":100.0,\"perKey\":2.5},", "");
        String none = VALUE.replace("\"waiting\":3,\"perSecond\":100.0,\"perKey\":2.5", "\"waiting\":0");

        assertThat(InstanceFormat.read(older.getBytes(StandardCharsets.UTF_8)).map(SinkInstance::load))
                .contains(new SinkLoad(12, 0, Optional.empty()));
        assertThat(InstanceFormat.read(none.getBytes(StandardCharsets.UTF_8)).map(SinkInstance::load))
                .contains(SinkLoad.unlimited(12));
        SinkInstance unlimited =
                InstanceFormat.read(none.getBytes(StandardCharsets.UTF_8)).orElseThrow();
        assertThat(InstanceFormat.read(InstanceFormat.write(unlimited))).contains(unlimited);
    }

    @Test
    void fieldsOfALaterVersionAreIgnored() {
        String later = VALUE.replace("\"inFlight\"", "\"mood\":{\"a\":[1]},\"inFlight\"");

        assertThat(InstanceFormat.read(later.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(InstanceFormat.read(VALUE.getBytes(StandardCharsets.UTF_8)))
                .isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no JSON",
                "[]",
                "{}",
                "{\"instance\":\"i\",\"startedAt\":\"yesterday\"}",
                "{\"instance\":\"i\",\"startedAt\":\"2026-11-23T09:29:00Z\",\"at\":\"2026-11-23T09:29:00Z\",\"state\":\"?\"}",
                "{\"instance\":\"i\",\"startedAt\":\"2026-11-23T09:29:00Z\",\"at\":\"2026-11-23T09:29:00Z\",\"state\":\"RUNNING\"}"
            })
    void aValueThatIsNoReportIsNotRead(String value) {
        assertThat(InstanceFormat.read(value.getBytes(StandardCharsets.UTF_8))).isEmpty();
    }

    @Test
    void theSizeOfAReportIsBounded() {
        String text = "é".repeat(100_000);
        Map<String, String> notes = new HashMap<>();
        for (int note = 0; note < 1_000; note++) {
            notes.put(note + text, text);
        }
        SinkHealth endless = new SinkHealth(Optional.of(text), Optional.of(text), Optional.of(text), notes);
        byte[] value = InstanceFormat.write(report(AT, SinkState.FAILED, endless, 1));

        assertThat(value).hasSizeLessThan(256 * 1024);
        assertThat(InstanceFormat.read(value)).hasValueSatisfying(read -> {
            assertThat(read.health().notes()).hasSize(InstanceFormat.MOST_NOTES);
            assertThat(read.health().failure().orElseThrow())
                    .hasSize(InstanceFormat.LONGEST_TEXT)
                    .endsWith("é…");
        });
    }

    @Test
    void anInstanceRunsWhileItHasNotFailedAndItsReportIsRecent() {
        SinkInstance running = report(AT, SinkState.RUNNING, SinkHealth.GOOD, 0);

        assertThat(running.running(AT.plusSeconds(180))).isTrue();
        assertThat(running.running(AT.plusSeconds(181))).isFalse();
        assertThat(report(AT, SinkState.FAILED, SinkHealth.GOOD, 0).running(AT)).isFalse();
    }
}
