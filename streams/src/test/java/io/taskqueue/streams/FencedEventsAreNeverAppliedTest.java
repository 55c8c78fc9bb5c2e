package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.EventKind;
import io.taskqueue.streams.status.EffectCounts;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class FencedEventsAreNeverAppliedTest {

    @Test
    void eventsOfALowerEpochBehindTheFenceAreDroppedAlsoInAReplay() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            EventTopicWriter old = cluster.source("orders", 3).open();
            old.tasks(0, 5);
            EventTopicWriter young = cluster.source("orders", 7).open();
            old.next(EventKind.ENQUEUED, 90);
            young.tasks(0, 5);
            old.next(EventKind.ENQUEUED, 91);
            SinkService service = cluster.start(cluster.sink("fenced", cluster.calling(Duration.ZERO)));
            cluster.awaitCaughtUp("fenced", service);
            service.close();
            assertThat(cluster.ledger.calls()).hasSize(30);

            cluster.rewind("fenced");
            SinkService again = cluster.start(cluster.sink("fenced", cluster.calling(Duration.ZERO)));
            cluster.awaitCaughtUp("fenced", again);

            assertThat(again.status().queues().get(0).counts().fenced()).isEqualTo(2);
            assertThat(again.status().effects()).isEqualTo(new EffectCounts(0, 30, 0, 0, 0, 0));
            assertThat(cluster.ledger.calls()).hasSize(30);
            assertThat(cluster.ledger.times(old.key("fenced", 16))).isZero();
            assertThat(cluster.ledger.times(old.key("fenced", 17))).isZero();
            assertThat(cluster.ledger.times(young.key("fenced", 1))).isEqualTo(1);
        }
    }

    @Test
    void twoSourcesInOneEpochHaltTheSink() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            cluster.source("orders", 3).open().tasks(0, 1);
            cluster.source("orders", 3).open();
            SinkService service = cluster.start(cluster.sink("forked", cluster.calling(Duration.ZERO)));

            String failure = Failure.of(service);

            assertThat(failure)
                    .startsWith("Sink forked stopped: two sources have opened epoch 3 of queue orders")
                    .contains("The registry of sources has lost records");
        }
    }
}
