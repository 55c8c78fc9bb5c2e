package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.sink.OnGap;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class MissingEventsAreSaidTest {

    @Test
    void aSinkThatGoesOnMarksTheQueueUntilAnOperatorClearsIt() throws Exception {
        try (SinkWorld world = new SinkWorld(1)) {
            EventTopicWriter source = world.source("orders", 1).open();
            source.tasks(0, 1);
            source.skip(2);
            source.tasks(1, 2);
            SinkService service = world.start(world.sink("going-on", world.calling(Duration.ZERO)));
            world.awaitCaughtUp("going-on", service);
            assertThat(service.status().queues().get(0).counts().gaps()).isEqualTo(1);
            assertThat(service.status().queues().get(0).diverged()).isTrue();
            assertThat(world.ledger.calls()).hasSize(6);
            service.close();

            SinkService again = world.start(world.sink("going-on", world.calling(Duration.ZERO)));
            again.clearDiverged("orders");
            source.tasks(2, 3);
            world.awaitCaughtUp("going-on", again);
            assertThat(again.status().queues().get(0).diverged()).isFalse();
        }
    }

    @Test
    void aSinkThatHaltsStopsBeforeTheEventUntilItIsToldToContinue() throws Exception {
        try (SinkWorld world = new SinkWorld(1)) {
            EventTopicWriter source = world.source("orders", 1).open();
            source.tasks(0, 1);
            source.skip(2);
            source.tasks(1, 2);
            for (int start = 0; start < 2; start++) {
                SinkService halting = world.start(
                        world.sink("halting", world.calling(Duration.ZERO)).onGap(OnGap.HALT));
                assertThat(Failure.of(halting))
                        .isEqualTo(
                                "Sink halting stopped before event 1/6 of queue orders at offset 4: events are missing, "
                                        + "the newest read is 1/3 at offset 3. Find out what was lost, then start the sink with "
                                        + "--on-gap=continue (in code, onGap(CONTINUE)).");
            }

            SinkService told = world.start(world.sink("halting", world.calling(Duration.ZERO)));
            world.awaitCaughtUp("halting", told);
            assertThat(world.ledger.keys()).isEqualTo(6);
        }
    }
}
