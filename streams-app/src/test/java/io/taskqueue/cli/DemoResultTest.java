package io.taskqueue.cli;

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
    void numbersThatAddUpHaveNoFaults() {
        DemoResult result = result(40, 40, 40, 40, new DemoResult.Replay(40, 0, 40, 0, 0, 0, 0));

        assertThat(result.faults()).isEmpty();
        assertThat(result.text()).endsWith("Everything adds up. (1.5 s)");
    }

    @Test
    void anEffectThatRanTwiceIsAFault() {
        DemoResult result = result(40, 40, 41, 40, new DemoResult.Replay(40, 0, 40, 0, 0, 0, 0));

        assertThat(result.faults())
                .containsExactly(
                        "effects run and calls at the target differ: 40 and 41",
                        "calls at the target and keys in its ledger differ: 41 and 40");
        assertThat(result.text()).contains("THIS DOES NOT ADD UP:");
    }

    @Test
    void aLostEventIsAFault() {
        DemoResult result = result(40, 39, 39, 39, new DemoResult.Replay(40, 0, 40, 0, 0, 0, 0));

        assertThat(result.faults()).contains("events on Kafka and events applied differ: 40 and 39");
    }

    @Test
    void aCallInTheReplayIsAFault() {
        DemoResult result = result(40, 40, 40, 40, new DemoResult.Replay(40, 1, 39, 0, 0, 0, 1));

        assertThat(result.faults())
                .containsExactly(
                        "events replayed and results reused differ: 40 and 39",
                        "nothing and effects run in the replay differ: 0 and 1",
                        "nothing and calls at the target in the replay differ: 0 and 1");
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
