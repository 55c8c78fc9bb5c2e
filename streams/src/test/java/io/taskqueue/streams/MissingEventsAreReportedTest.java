package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.sink.OnGap;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class MissingEventsAreReportedTest {

    @Test
    void aSinkThatContinuesMarksTheQueueAsDivergedUntilAnOperatorClearsIt() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            EventTopicWriter source = cluster.source("orders", 1).open();
            source.tasks(0, 1);
            source.skip(2);
            source.tasks(1, 2);
            SinkService service = cluster.start(cluster.sink("continuing", cluster.calling(Duration.ZERO)));
            cluster.awaitCaughtUp("continuing", service);
            assertThat(service.status().queues().get(0).counts().gaps()).isEqualTo(1);
            assertThat(service.status().queues().get(0).diverged()).isTrue();
            assertThat(cluster.ledger.calls()).hasSize(6);
            service.close();

            SinkService again = cluster.start(cluster.sink("continuing", cluster.calling(Duration.ZERO)));
            again.clearDiverged("orders");
            source.tasks(2, 3);
            cluster.awaitCaughtUp("continuing", again);
            assertThat(again.status().queues().get(0).diverged()).isFalse();
        }
    }

    @Test
    void aSinkThatHaltsStopsBeforeTheEventUntilItIsConfiguredToContinue() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            EventTopicWriter source = cluster.source("orders", 1).open();
            source.tasks(0, 1);
            source.skip(2);
            source.tasks(1, 2);
            for (int start = 0; start < 2; start++) {
                SinkService halting = cluster.start(
                        cluster.sink("halting", cluster.calling(Duration.ZERO)).onGap(OnGap.HALT));
                assertThat(Failure.of(halting))
                        .isEqualTo(
                                "Sink halting stopped before event 1/6 of queue orders at offset 4: 2 events are missing behind 1/3; "
                                        + "they were not written to the log, or the sink's offsets were moved past them. Find out what "
                                        + "was lost, then start the sink with --clear-diverged=orders to continue behind it, or with "
                                        + "--on-gap=continue (in code, clearDiverged, onGap(CONTINUE)).");
            }

            SinkService continuing = cluster.start(cluster.sink("halting", cluster.calling(Duration.ZERO)));
            cluster.awaitCaughtUp("halting", continuing);
            assertThat(cluster.ledger.keys()).isEqualTo(6);
        }
    }
}
