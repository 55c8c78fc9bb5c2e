package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.EventKind;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** An effect's result does not wait for the effects that its event has still to run. */
class ResultsAreHandedOverAtOnceTest {

    private static final String SINK = "at-once";

    @Test
    void aSinkThatIsKilledBetweenTwoEffectsOfAnEventRunsOnlyTheSecondAgain() throws Exception {
        try (SinkWorld world = new SinkWorld(1)) {
            EventTopicWriter source = world.source("orders", 1).open();
            source.next(EventKind.ENQUEUED, 0);
            String first = source.key(SINK, 1);
            String second = first.replace("/call", "/second");
            Process child = ChildSink.start(world, SINK, true);
            try {
                Awaitility.await().atMost(SinkWorld.PATIENCE).until(() -> world.ledger.times(second) == 1);
                Awaitility.await().atMost(SinkWorld.PATIENCE).until(() -> world.committedResults(SINK)
                        .contains(first));
            } finally {
                child.destroyForcibly();
                assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(world.committedResults(SINK)).containsExactly(first);

            // as after any crash: it takes over once the session of the killed one has ended
            SinkService next = world.start(world.sink(SINK, (event, effects) -> {
                        effects.run("call", key -> world.ledger.called(key.toString()));
                        effects.run("second", key -> world.ledger.called(key.toString()));
                    })
                    .stateDirectory(world.state("child")));
            world.awaitCaughtUp(SINK, next);
            assertThat(world.ledger.times(first)).isEqualTo(1);
            assertThat(world.ledger.times(second)).isEqualTo(2);
        }
    }
}
