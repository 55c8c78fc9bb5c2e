package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.EventKind;
import io.taskqueue.streams.replay.ReplayMode;
import io.taskqueue.streams.replay.ReplayOrder;
import io.taskqueue.streams.status.QueueStatus;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SinksOfSomeQueuesTest {

    private static final String SINK = "orders-only";

    @Test
    void eventsOfOtherQueuesAreSkippedUndecodedAndAppliedLaterOnlyByAReplay() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            EventTopicWriter orders = cluster.source("orders-eu", 1).open();
            EventTopicWriter invoices = cluster.source("invoices", 2).open();
            orders.tasks(0, 2);
            invoices.tasks(0, 2);
            invoices.undecodable(true, "invoices".getBytes(StandardCharsets.UTF_8));
            invoices.undecodable(true, null); // the headers name the queue
            orders.tasks(2, 3);

            SinkService some = cluster.start(
                    cluster.sink(SINK, cluster.calling(Duration.ZERO)).queues("mail", "orders-*"));
            cluster.awaitCaughtUp(SINK, some);
            some.close();
            assertThat(cluster.ledger.keys()).isEqualTo(9);
            assertThat(some.status().undecodable()).isZero();
            assertThat(some.status().queues())
                    .extracting(QueueStatus::queueName)
                    .containsExactly("orders-eu");

            invoices.next(EventKind.ENQUEUED, 9);
            SinkService all = cluster.start(cluster.sink(SINK, cluster.calling(Duration.ZERO)));
            cluster.awaitCaughtUp(SINK, all);
            all.close();
            assertThat(cluster.ledger.keys()).isEqualTo(10);
            assertThat(cluster.ledger.times(invoices.key(SINK, 9))).isEqualTo(1);

            ReplayOrder order = cluster.order(SINK, ReplayMode.FILL_GAPS, "queue=invoices");
            SinkService replay = cluster.start(cluster.sink(SINK, cluster.calling(Duration.ZERO)));
            assertThat(cluster.awaitReceipt(SINK, order).run()).isEqualTo(6);
            cluster.awaitCaughtUp(SINK, replay);
            assertThat(cluster.ledger.keys()).isEqualTo(16);
            assertThat(cluster.ledger.repeated()).isEmpty();
        }
    }

    @Test
    void aQueueThatIsNotAppliedAnyMoreIsNotShownAndIsDivergedWhenItIsAddedAgain() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            EventTopicWriter orders = cluster.source("orders", 1).open();
            EventTopicWriter invoices = cluster.source("invoices", 2).open();
            orders.tasks(0, 1);
            invoices.tasks(0, 1);
            String sink = "changing";
            SinkService both = cluster.start(cluster.sink(sink, cluster.calling(Duration.ZERO)));
            cluster.awaitCaughtUp(sink, both);
            both.close();

            invoices.tasks(1, 2);
            SinkService one = cluster.start(
                    cluster.sink(sink, cluster.calling(Duration.ZERO)).queues("orders"));
            cluster.awaitCaughtUp(sink, one);
            assertThat(one.status().queues()).extracting(QueueStatus::queueName).containsExactly("orders");
            one.close();

            invoices.next(EventKind.ENQUEUED, 3);
            SinkService again = cluster.start(cluster.sink(sink, cluster.calling(Duration.ZERO)));
            cluster.awaitCaughtUp(sink, again);
            assertThat(again.status().queues())
                    .filteredOn(queue -> queue.queueName().equals("invoices"))
                    .allMatch(QueueStatus::diverged)
                    .hasSize(1);
            assertThat(cluster.ledger.keys()).isEqualTo(7);
        }
    }
}
