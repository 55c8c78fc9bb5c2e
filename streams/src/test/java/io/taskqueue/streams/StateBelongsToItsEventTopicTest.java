package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.Position;
import io.taskqueue.streams.log.LogHistory;
import io.taskqueue.streams.status.QueueStatus;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A sink on a cluster that was created again, such as a container without a volume, with the state directory of before. */
class StateBelongsToItsEventTopicTest {

    @Test
    void aSinkOnANewClusterDoesNotMeetTheStateOfTheOldOne() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            cluster.source("orders", 1).open().tasks(0, 20);
            SinkService before = cluster.start(cluster.sink("moved", cluster.calling(Duration.ZERO)));
            cluster.awaitCaughtUp("moved", before);
            before.close();
            createClusterAgain(cluster, "moved");
            EventTopicWriter source = cluster.source("orders", 1).open();
            source.tasks(0, 2);
            cluster.producer.flush();

            try (SinkLog log = new SinkLog(LogHistory.class)) {
                SinkService after = cluster.start(cluster.sink("moved", cluster.calling(Duration.ZERO)));
                cluster.awaitCaughtUp("moved", after);

                for (int position = 1; position <= 6; position++) {
                    assertThat(cluster.ledger.times(source.key("moved", position)))
                            .as("the same key on both clusters")
                            .isEqualTo(2);
                }
                QueueStatus queue = after.status().queues().get(0);
                assertThat(queue.positions().done()).isEqualTo(new Position(1, 6));
                assertThat(queue.diverged()).isFalse();
                assertThat(after.status().logChanges()).isEmpty();
                assertThat(log.lines()).isEmpty();
            }
        }
    }

    /** Nothing of the sink is left on it, and the event topic is another one of the same name. */
    private static void createClusterAgain(SinkTestCluster cluster, String sink) throws Exception {
        cluster.admin.deleteConsumerGroups(List.of(sink)).all().get(30, TimeUnit.SECONDS);
        List<String> own = cluster.admin.listTopics().names().get(30, TimeUnit.SECONDS).stream()
                .filter(name -> name.startsWith(sink))
                .toList();
        assertThat(own).contains("moved-state-changelog", "moved-results-changelog");
        cluster.admin.deleteTopics(own).all().get(30, TimeUnit.SECONDS);
        cluster.recreate();
    }
}
