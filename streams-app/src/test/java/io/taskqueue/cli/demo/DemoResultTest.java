package io.taskqueue.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class DemoResultTest {

    private static final Map<String, Long> EVENTS = Map.of(
            "Enqueued",
            10L,
            "LeaseGranted",
            13L,
            "Completed",
            9L,
            "Failed",
            3L,
            "LeaseExpired",
            1L,
            "Requeued",
            3L,
            "DeadLettered",
            1L);

    @Test
    void countsThatMatchHaveNoMismatch() {
        DemoResult result = result(40, 40, 40, 40, new DemoResult.Replay(40, 0, 40, 0, 0, 0, 0));

        assertThat(result.mismatches()).isEmpty();
        assertThat(result.text()).endsWith("All counts match. (1.5 s)");
    }

    @Test
    void effectThatRanTwiceIsAMismatch() {
        DemoResult result = result(40, 40, 41, 40, new DemoResult.Replay(40, 0, 40, 0, 0, 0, 0));

        assertThat(result.mismatches())
                .containsExactly(
                        "40 effects run, but 41 calls at the target",
                        "41 calls at the target, but 40 keys at the target");
        assertThat(result.text()).contains("THESE COUNTS DO NOT MATCH:");
    }

    @Test
    void lostEventIsAMismatch() {
        DemoResult result = result(40, 39, 39, 39, new DemoResult.Replay(40, 0, 40, 0, 0, 0, 0));

        assertThat(result.mismatches()).contains("40 events in Kafka, but 39 events applied");
    }

    @Test
    void callInTheReplayIsAMismatch() {
        DemoResult result = result(40, 40, 40, 40, new DemoResult.Replay(40, 1, 39, 0, 0, 0, 1));

        assertThat(result.mismatches())
                .containsExactly(
                        "40 events replayed, but 39 results reused",
                        "1 effects run in the replay, but 0 are expected",
                        "1 calls at the target in the replay, but 0 are expected");
    }

    private static DemoResult result(long published, long applied, long calls, long keys, DemoResult.Replay replay) {
        return new DemoResult(
                10,
                EVENTS,
                published,
                applied,
                new DemoResult.Effects(applied, 0),
                new DemoResult.Target(calls, keys),
                replay,
                1.5);
    }
}
