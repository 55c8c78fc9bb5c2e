package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.streams.status.EffectCounts;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplayMakesNoExternalCallsTest {

    @Test
    void aReplayAfterAnOffsetResetReturnsRecordedResultsAlsoWithADeletedStateDirectory() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(2)) {
            for (String queue : List.of("a", "b")) {
                cluster.source(queue, 1).open().tasks(0, 100);
            }
            SinkService first = cluster.start(cluster.sink("seen-again", cluster.calling(Duration.ofMillis(1))));
            cluster.awaitCaughtUp("seen-again", first);
            first.close();
            assertThat(cluster.ledger.calls()).hasSize(600);

            cluster.rewind("seen-again");
            SinkService again = cluster.start(cluster.sink("seen-again", cluster.calling(Duration.ZERO)));
            cluster.awaitCaughtUp("seen-again", again);
            again.close();
            assertThat(again.status().effects()).isEqualTo(new EffectCounts(0, 600, 0, 0, 0, 0));

            cluster.rewind("seen-again");
            SinkTestCluster.delete(cluster.state("one"));
            SinkService wiped = cluster.start(cluster.sink("seen-again", cluster.calling(Duration.ZERO)));
            cluster.awaitCaughtUp("seen-again", wiped);
            assertThat(wiped.status().effects()).isEqualTo(new EffectCounts(0, 600, 0, 0, 0, 0));
            assertThat(wiped.status().queues())
                    .allMatch(queue -> !queue.replaying() && queue.counts().applied() == 300);

            assertThat(cluster.ledger.calls()).hasSize(600);
        }
    }

    @Test
    void anEffectThatWasNeverRecordedIsReportedAndNotRunInAReplay() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            EventTopicWriter source = cluster.source("orders", 1).open();
            source.tasks(0, 10);
            SinkService first = cluster.start(cluster.sink("extended", cluster.calling(Duration.ZERO)));
            cluster.awaitCaughtUp("extended", first);
            first.close();

            cluster.rewind("extended");
            SinkService extended = cluster.start(cluster.sink("extended", (event, effects) -> {
                cluster.calling(Duration.ZERO).apply(event, effects);
                effects.run("new", key -> cluster.ledger.called(key.toString()));
            }));
            cluster.awaitCaughtUp("extended", extended);
            assertThat(extended.status().effects()).isEqualTo(new EffectCounts(0, 30, 0, 30, 0, 0));
            assertThat(cluster.ledger.calls()).hasSize(30);

            source.tasks(10, 11);
            cluster.awaitCaughtUp("extended", extended);
            assertThat(cluster.ledger.calls()).hasSize(36);
            assertThat(extended.status().queues().get(0).counts().gaps()).isZero();
        }
    }
}
