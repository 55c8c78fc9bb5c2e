package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.streams.status.EffectCounts;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplayMakesNoOutsideCallsTest {

    @Test
    void replayAfterAnOffsetResetIsAnsweredFromTheRecordAlsoOnAWipedStateDirectory() throws Exception {
        try (SinkWorld world = new SinkWorld(2)) {
            for (String queue : List.of("a", "b")) {
                world.source(queue, 1).open().tasks(0, 100);
            }
            SinkService first = world.start(world.sink("seen-again", world.calling(Duration.ofMillis(1))));
            world.awaitCaughtUp("seen-again", first);
            first.close();
            assertThat(world.ledger.calls()).hasSize(600);

            world.rewind("seen-again");
            SinkService again = world.start(world.sink("seen-again", world.calling(Duration.ZERO)));
            world.awaitCaughtUp("seen-again", again);
            again.close();
            assertThat(again.status().effects()).isEqualTo(new EffectCounts(0, 600, 0, 0, 0, 0));

            world.rewind("seen-again");
            SinkWorld.delete(world.state("one"));
            SinkService wiped = world.start(world.sink("seen-again", world.calling(Duration.ZERO)));
            world.awaitCaughtUp("seen-again", wiped);
            assertThat(wiped.status().effects()).isEqualTo(new EffectCounts(0, 600, 0, 0, 0, 0));
            assertThat(wiped.status().queues())
                    .allMatch(queue -> !queue.replaying() && queue.counts().applied() == 300);

            assertThat(world.ledger.calls()).hasSize(600);
        }
    }

    @Test
    void anEffectThatWasNeverRecordedIsReportedAndNotRunInAReplay() throws Exception {
        try (SinkWorld world = new SinkWorld(1)) {
            EventTopicWriter source = world.source("orders", 1).open();
            source.tasks(0, 10);
            SinkService first = world.start(world.sink("extended", world.calling(Duration.ZERO)));
            world.awaitCaughtUp("extended", first);
            first.close();

            world.rewind("extended");
            SinkService extended = world.start(world.sink("extended", (event, effects) -> {
                world.calling(Duration.ZERO).apply(event, effects);
                effects.run("new", key -> world.ledger.called(key.toString()));
            }));
            world.awaitCaughtUp("extended", extended);
            assertThat(extended.status().effects()).isEqualTo(new EffectCounts(0, 30, 0, 30, 0, 0));
            assertThat(world.ledger.calls()).hasSize(30);

            source.tasks(10, 11);
            world.awaitCaughtUp("extended", extended);
            assertThat(world.ledger.calls()).hasSize(36);
            assertThat(extended.status().queues().get(0).counts().gaps()).isZero();
        }
    }
}
