package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.streams.status.SinkState;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class CleanStopRerunsNothingTest {

    @Test
    void stoppingUnderLoadAndStartingAgainCallsNothingTwice() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            cluster.source("orders", 1).open().tasks(0, 1_500);
            for (int stop = 1; stop <= 4; stop++) {
                SinkService service = cluster.start(cluster.sink("clean-stop", cluster.calling(Duration.ofMillis(7))));
                int goal = cluster.ledger.keys() + 400;
                Awaitility.await()
                        .atMost(SinkTestCluster.PATIENCE)
                        .pollInterval(Duration.ofMillis(10))
                        .until(() -> cluster.ledger.keys() >= goal);
                service.close();
                assertThat(service.status().state()).isEqualTo(SinkState.STOPPED);
                assertThat(cluster.ledger.keys()).isLessThan(4_500);
            }
            SinkService last = cluster.start(cluster.sink("clean-stop", cluster.calling(Duration.ZERO)));
            cluster.awaitCaughtUp("clean-stop", last);

            assertThat(cluster.ledger.keys()).isEqualTo(4_500);
            assertThat(cluster.ledger.repeated()).isEmpty();
        }
    }
}
