package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.streams.status.EffectCounts;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KilledSinkLosesNothingTest {

    private static final String SINK = "killed";

    @Test
    void afterKillsEveryEffectHasRunAndOnlyThoseWithoutACommittedResultRunAgainUnderTheirFirstKey() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            EventTopicWriter source = cluster.source("orders", 1).open();
            source.tasks(0, 900);
            Map<String, Integer> mustNotRunAgain = ChildSink.killTwice(cluster, SINK, 2_700);

            SinkService last = cluster.start(cluster.sink(SINK, cluster.calling(Duration.ZERO))
                    .stateDirectory(cluster.state("child"))
                    .concurrency(64));
            cluster.awaitCaughtUp(SINK, last);

            assertThat(cluster.ledger.keys()).isEqualTo(2_700);
            for (long position = 1; position <= 2_700; position++) {
                assertThat(cluster.ledger.times(source.key(SINK, position)))
                        .as("event %d", position)
                        .isBetween(1, 3);
            }
            assertThat(mustNotRunAgain).hasSizeGreaterThan(100);
            mustNotRunAgain.forEach((key, times) -> assertThat(cluster.ledger.times(key))
                    .as("calls of %s, whose result had been committed after %d", key, times)
                    .isEqualTo(times));
            last.close();
            int calls = cluster.ledger.calls().size();

            cluster.rewind(SINK);
            SinkService replay = cluster.start(
                    cluster.sink(SINK, cluster.calling(Duration.ZERO)).stateDirectory(cluster.state("child")));
            cluster.awaitCaughtUp(SINK, replay);
            assertThat(replay.status().effects()).isEqualTo(new EffectCounts(0, 2_700, 0, 0, 0, 0));
            assertThat(cluster.ledger.calls()).hasSize(calls);
        }
    }
}
