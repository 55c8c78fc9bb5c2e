package io.taskqueue.streams.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.streams.EventTopicWriter;
import io.taskqueue.streams.SinkService;
import io.taskqueue.streams.SinkTestCluster;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class PeerPositionsTest {

    @Test
    void aPeerIsDoneUpToItsOwnFirstUnfinishedEvent() {
        PeerPositions peers = new PeerPositions();
        peers.began("a", at(1));
        peers.began("b", at(2));
        peers.began("a", at(3));
        assertThat(done(peers)).isEqualTo(Map.of("a", at(0), "b", at(1)));

        peers.ended("a", at(3));
        peers.ended("b", at(2));
        assertThat(done(peers)).isEqualTo(Map.of("a", at(0), "b", at(2)));

        peers.ended("a", at(1));
        assertThat(done(peers)).isEqualTo(Map.of("a", at(3), "b", at(2)));
    }

    @Test
    void theyResumeFromTheStoredPositions() {
        PeerPositions before = new PeerPositions();
        before.began("a", at(7));
        before.began("a", at(9));
        before.ended("a", at(9));

        PeerPositions peers = PeerPositions.of(before.reached());
        peers.began("a", at(7)); // it was in flight
        assertThat(done(peers)).isEqualTo(Map.of("a", at(6)));
        peers.ended("a", at(7));
        assertThat(done(peers)).isEqualTo(Map.of("a", at(9)));
    }

    @Test
    void anyNumberAndLengthOfNamesTakesBoundedSpace() {
        PeerPositions peers = new PeerPositions();
        for (int name = 1; name <= 10_000; name++) {
            peers.began("peer-" + name, at(name));
        }
        assertThat(done(peers))
                .hasSize(PeerPositions.MAX + 1)
                .containsEntry(PeerPositions.OTHERS, at(PeerPositions.MAX));
        for (int name = 1; name <= 10_000; name++) {
            peers.ended("peer-" + name, at(name));
        }
        assertThat(done(peers)).containsEntry("peer-64", at(64)).containsEntry(PeerPositions.OTHERS, at(10_000));

        PeerPositions few = new PeerPositions();
        few.began("x".repeat(PeerPositions.MAX_NAME + 1), at(1));
        assertThat(done(few)).containsOnlyKeys(PeerPositions.OTHERS);
    }

    @Test
    void anUnavailablePeerKeepsItsPositionOverARestartWhileAnotherAdvances() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            CountDownLatch up = new CountDownLatch(1);
            EventTopicWriter source = cluster.source("orders", 1).open();
            for (int task = 0; task < 10; task++) {
                source.next(EventKind.ENQUEUED, task);
            }
            SinkService service = cluster.start(peering(cluster, up).drainTimeout(Duration.ofMillis(200)));
            assertPeers(service, Map.of("even", at(1), "odd", at(9), "default", at(10)));
            service.close();

            SinkService again = cluster.start(peering(cluster, up));
            assertPeers(again, Map.of("even", at(1), "odd", at(9), "default", at(10)));
            up.countDown();
            assertPeers(again, Map.of("even", at(8), "odd", at(9), "default", at(10)));
        }
    }

    private static Map<String, Position> done(PeerPositions peers) {
        Map<String, Position> done = new HashMap<>();
        peers.reached().forEach((name, reach) -> done.put(name, reach.done()));
        return done;
    }

    /** The task of event 2, whose peer is "even", waits until its target is available; the last task has no valid peer. */
    private static SinkService.Builder<String> peering(SinkTestCluster cluster, CountDownLatch up) {
        return cluster.sink("peering", (event, effects) -> {
                    if (event.taskId().sequenceId() == 2) {
                        up.await();
                    }
                })
                .peerKey(event -> {
                    long task = event.taskId().sequenceId();
                    if (task == 10) {
                        throw new IllegalStateException("no peer");
                    }
                    return task % 2 == 0 ? "even" : "odd";
                });
    }

    private static void assertPeers(SinkService service, Map<String, Position> expected) {
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).untilAsserted(() -> {
            assertThat(service.status().queues()).hasSize(1);
            assertThat(service.status().queues().get(0).positions().peers()).isEqualTo(expected);
        });
    }

    private static Position at(long sequence) {
        return new Position(1, sequence);
    }
}
