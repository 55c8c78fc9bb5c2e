package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class RebalanceRerunsNothingTest {

    @Test
    void anInstanceThatJoinsAndLeavesUnderLoadRepeatsAndLosesNothing() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(4)) {
            List<String> queues = List.of("a", "b", "c", "d", "e", "f", "g", "h");
            List<EventTopicWriter> sources = new ArrayList<>();
            for (String queue : queues) {
                sources.add(cluster.source(queue, 1).open());
            }
            SinkService first = cluster.start(cluster.sink("shared", cluster.calling(Duration.ofMillis(8))));
            for (int round = 0; round < 2; round++) {
                int before = cluster.ledger.keys();
                for (EventTopicWriter source : sources) {
                    source.tasks(250 * round, 250 * round + 175);
                }
                Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> cluster.ledger.keys() > before + 300);
                SinkService second = cluster.start(cluster.sink("shared", cluster.calling(Duration.ofMillis(8)))
                        .stateDirectory(cluster.state("two")));
                Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(second::ready);
                for (EventTopicWriter source :
                        sources) { // for both instances, however long the second one took to join
                    source.tasks(250 * round + 175, 250 * (round + 1));
                }
                Awaitility.await()
                        .atMost(SinkTestCluster.PATIENCE)
                        .until(() -> second.status().effects().run() > 200);
                second.close();
            }
            Awaitility.await().atMost(SinkTestCluster.PATIENCE).untilAsserted(() -> assertThat(cluster.ledger.keys())
                    .isEqualTo(queues.size() * 1_500));
            cluster.awaitCaughtUp("shared", first);
            assertThat(cluster.ledger.repeated()).isEmpty();
        }
    }

    /** The group makes progress only in polls, and Kafka Streams polls only when it has passed on all records that it fetched. */
    @Test
    void aTargetThatDoesNotAnswerDelaysNoRebalance() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(2)) {
            for (String queue : List.of("a", "b", "c", "d", "e", "f", "g", "h")) {
                cluster.source(queue, 1).open().tasks(0, 100);
            }
            CountDownLatch answers = new CountDownLatch(1);
            var sink = new Object() {
                SinkService start(String instance) {
                    return cluster.start(cluster.sink("unanswered", (event, effects) -> {
                                answers.await();
                                effects.run("call", key -> cluster.ledger.called(key.toString()));
                            })
                            .maxInFlight(20)
                            .drainTimeout(Duration.ofMillis(100))
                            .stateDirectory(cluster.state(instance)));
                }
            };
            SinkService first = sink.start("one");
            Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> first.status().queues().stream()
                    .anyMatch(queue -> queue.inFlight() >= 20));
            SinkService second = sink.start("two");
            Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> second.status().queues().stream()
                    .anyMatch(queue -> queue.inFlight() > 0));
            answers.countDown();
            cluster.awaitCaughtUp("unanswered", first, second);
            assertThat(cluster.ledger.keys()).isEqualTo(2_400);
        }
    }
}
