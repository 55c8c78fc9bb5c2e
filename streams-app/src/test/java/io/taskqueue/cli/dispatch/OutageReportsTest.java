package io.taskqueue.cli.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.Position;
import io.taskqueue.source.SourceHealth;
import io.taskqueue.source.SourceState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class OutageReportsTest {

    private static final String ENDED = "Kafka acknowledges events again.";
    private static final Instant SINCE = Instant.parse("2026-01-02T03:04:05Z");

    private final AtomicReference<SourceHealth> health = new AtomicReference<>(health(SourceState.RUNNING));
    private final AtomicLong nanos = new AtomicLong();
    private final List<String> reported = new ArrayList<>();
    private final OutageReports reports = new OutageReports(health::get, nanos::get, reported::add);

    @Test
    void anOutageIsReportedAtItsBeginningThenEachHalfMinuteAndAtItsEnd() {
        check(5);
        health.set(health(SourceState.RETRYING));

        check(70);
        health.set(health(SourceState.RUNNING));
        check(70);

        String waits =
                "8,154 events wait for Kafka since 2026-01-02T03:04:05Z: no broker answers. This process is not ready, and"
                        + " loses none of them while it runs.";
        assertThat(reported).containsExactly(waits, waits, waits, ENDED);
    }

    @Test
    void anEndThatNoCheckSawIsReportedBeforeTheNextOutage() {
        health.set(health(SourceState.RETRYING));
        check(1);
        health.set(health(SourceState.RETRYING, SINCE.plusSeconds(3)));
        check(1);

        assertThat(reported).hasSize(3);
        assertThat(reported.get(1)).isEqualTo(ENDED);
        assertThat(reported.get(2)).startsWith("8,154 events wait for Kafka since 2026-01-02T03:04:08Z: ");
    }

    @Test
    void theEndIsReportedOnceEveryEventIsAcknowledged() {
        reports.allAcknowledged();
        assertThat(reported).isEmpty();
        health.set(health(SourceState.RETRYING));
        check(1);

        reports.allAcknowledged();
        reports.allAcknowledged();

        assertThat(reported).hasSize(2).last().isEqualTo(ENDED);
    }

    @Test
    void aSourceThatEndsDoesNotReachKafkaAgain() {
        health.set(health(SourceState.RETRYING));
        check(1);
        health.set(health(SourceState.FENCED));
        check(1);

        assertThat(reported).hasSize(1);
    }

    private void check(int seconds) {
        for (int second = 0; second < seconds; second++) {
            reports.check();
            nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        }
    }

    private static SourceHealth health(SourceState state) {
        return health(state, SINCE);
    }

    private static SourceHealth health(SourceState state, Instant since) {
        return new SourceHealth(
                state,
                since,
                state == SourceState.RUNNING ? Optional.empty() : Optional.of("no broker answers"),
                8_154,
                new Position(1, 9_000),
                new Position(1, 846),
                Optional.empty());
    }
}
