package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** An instance that joins a sink takes its part of the partitions, also of those that have results. */
class NewInstanceTakesPartitionsTest {

    /** A third of more results than an instance of Kafka Streams may have to restore by default when it takes a partition. */
    private static final int TASKS = 4_000;

    @Test
    void partitionsAreTakenAtOnceWhoseResultsAreSoonRestored() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(2)) {
            for (String queue : List.of("a", "b")) {
                cluster.source(queue, 1).open().tasks(0, TASKS);
            }
            SinkService first = cluster.start(cluster.sink("joined", cluster.calling(Duration.ZERO)));
            cluster.awaitCaughtUp("joined", first);
            assertThat(first.status().queues()).hasSize(2);

            SinkService second = cluster.start(
                    cluster.sink("joined", cluster.calling(Duration.ZERO)).stateDirectory(cluster.state("two")));

            Awaitility.await().atMost(SinkTestCluster.PATIENCE).untilAsserted(() -> {
                assertThat(first.status().queues()).hasSize(1);
                assertThat(second.status().queues()).hasSize(1);
            });
        }
    }
}
