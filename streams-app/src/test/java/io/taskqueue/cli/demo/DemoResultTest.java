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
    void taskThatDidNotSurviveIsAMismatch() {
        DemoResult result = result(new DemoResult.Killed(12, 7), new DemoResult.Successor(6, 28, 28));

        assertThat(result.mismatches()).containsExactly("7 tasks live at the kill, but 6 tasks recovered");
        assertThat(result.text())
                .contains("The first dispatcher was killed (kill -9) with 7 tasks in its queue: 6 of them survived.");
    }

    @Test
    void eventOfTheSecondDispatcherThatIsNotInKafkaIsAMismatch() {
        DemoResult result = result(new DemoResult.Killed(12, 7), new DemoResult.Successor(7, 28, 27));

        assertThat(result.mismatches())
                .containsExactly(
                        "28 events emitted by the second dispatcher, but 27 of them in Kafka",
                        "39 events of both dispatchers in Kafka, but 40 events in Kafka");
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

    private static DemoResult result(DemoResult.Killed killed, DemoResult.Successor successor) {
        return new DemoResult(
                10,
                new DemoResult.Topic(EVENTS, 40, 40),
                killed,
                successor,
                new DemoResult.Effects(40, 0),
                new DemoResult.Target(40, 40),
                new DemoResult.Replay(40, 0, 40, 0, 0, 0, 0),
                1.5);
    }

    private static DemoResult result(long published, long applied, long calls, long keys, DemoResult.Replay replay) {
        return new DemoResult(
                10,
                new DemoResult.Topic(EVENTS, published, applied),
                new DemoResult.Killed(12, 7),
                new DemoResult.Successor(7, published - 12, published - 12),
                new DemoResult.Effects(applied, 0),
                new DemoResult.Target(calls, keys),
                replay,
                1.5);
    }
}
