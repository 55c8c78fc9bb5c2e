package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.streams.replay.ReplayCounts;
import io.taskqueue.streams.replay.ReplayMode;
import io.taskqueue.streams.replay.ReplayOrder;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A rerun of two thirds of all events, killed twice before its end. */
class KilledReplayResumesTest {

    private static final String SINK = "killed-replay";
    private static final int EVENTS = 4_500;
    private static final int SELECTED = 3_000;

    @Test
    void aKilledRerunResumesWithItsSelectionAndItsCounts() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            EventTopicWriter source = cluster.source("orders", 1).open();
            source.tasks(0, EVENTS / 3);
            SinkService first = cluster.start(
                    cluster.sink(SINK, cluster.calling(Duration.ZERO)).stateDirectory(cluster.state("child")));
            cluster.awaitCaughtUp(SINK, first);
            first.close();
            assertThat(cluster.ledger.calls()).hasSize(EVENTS);

            ReplayOrder order = cluster.order(SINK, ReplayMode.RERUN, "kind=LeaseGranted,kind=Completed");
            Map<String, Integer> mustNotRunAgain = ChildSink.killTwice(cluster, SINK, EVENTS + SELECTED);

            SinkService last = cluster.start(cluster.sink(SINK, cluster.calling(Duration.ZERO))
                    .stateDirectory(cluster.state("child"))
                    .concurrency(64));
            ReplayCounts counts = cluster.awaitReceipt(SINK, order);
            cluster.awaitCaughtUp(SINK, last);

            assertThat(counts).isEqualTo(new ReplayCounts(EVENTS, EVENTS - SELECTED, SELECTED, 0, 0, 0, 0));
            for (long position = 1; position <= EVENTS; position++) {
                assertThat(cluster.ledger.times(key(0, position)))
                        .as("event %d, first run", position)
                        .isEqualTo(1);
                if (position <= EVENTS - SELECTED) {
                    assertThat(cluster.ledger.times(key(1, position)))
                            .as("event %d", position)
                            .isZero();
                } else {
                    assertThat(cluster.ledger.times(key(1, position)))
                            .as("event %d", position)
                            .isBetween(1, 3);
                }
            }
            assertThat(mustNotRunAgain.keySet().stream().filter(key -> key.startsWith(SINK + "/1/")))
                    .hasSizeGreaterThan(100);
            mustNotRunAgain.forEach((key, times) -> assertThat(cluster.ledger.times(key))
                    .as("calls of %s, whose result had been committed after %d", key, times)
                    .isEqualTo(times));
        }
    }

    private static String key(int generation, long position) {
        return SINK + "/" + generation + "/orders/1/" + position + "/call";
    }
}
