package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.EventKind;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The result of an effect is committed without waiting for the effects that its event still has to run. */
class ResultsAreCommittedWhileTheirEventRunsTest {

    private static final String SINK = "between-effects";

    @Test
    void aSinkThatIsKilledBetweenTwoEffectsOfAnEventRunsOnlyTheSecondAgain() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            EventTopicWriter source = cluster.source("orders", 1).open();
            source.next(EventKind.ENQUEUED, 0);
            String first = source.key(SINK, 1);
            String second = first.replace("/call", "/second");
            Process child = ChildSink.start(cluster, SINK, true);
            try {
                Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> cluster.ledger.times(second) == 1);
                Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> cluster.committedResults(SINK)
                        .contains(first));
            } finally {
                ChildProcess.kill(child);
            }
            assertThat(cluster.committedResults(SINK)).containsExactly(first);

            // as after any crash: it takes over when the session of the killed one has ended
            SinkService next = cluster.start(cluster.sink(SINK, (event, effects) -> {
                        effects.run("call", key -> cluster.ledger.called(key.toString()));
                        effects.run("second", key -> cluster.ledger.called(key.toString()));
                    })
                    .stateDirectory(cluster.state("child")));
            cluster.awaitCaughtUp(SINK, next);
            assertThat(cluster.ledger.times(first)).isEqualTo(1);
            assertThat(cluster.ledger.times(second)).isEqualTo(2);
        }
    }
}
