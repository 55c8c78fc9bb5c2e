package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.streams.status.SinkState;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class CleanStopRerunsNothingTest {

    @Test
    void stoppingUnderLoadAndStartingAgainCallsNothingTwice() throws Exception {
        try (SinkWorld world = new SinkWorld(1)) {
            world.source("orders", 1).open().tasks(0, 1_500);
            for (int stop = 1; stop <= 4; stop++) {
                SinkService service = world.start(world.sink("stopped", world.calling(Duration.ofMillis(7))));
                int goal = world.ledger.keys() + 400;
                Awaitility.await()
                        .atMost(SinkWorld.PATIENCE)
                        .pollInterval(Duration.ofMillis(10))
                        .until(() -> world.ledger.keys() >= goal);
                service.close();
                assertThat(service.status().state()).isEqualTo(SinkState.STOPPED);
                assertThat(world.ledger.keys()).isLessThan(4_500);
            }
            SinkService last = world.start(world.sink("stopped", world.calling(Duration.ZERO)));
            world.awaitCaughtUp("stopped", last);

            assertThat(world.ledger.keys()).isEqualTo(4_500);
            assertThat(world.ledger.repeated()).isEmpty();
        }
    }
}
