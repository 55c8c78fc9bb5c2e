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
        assertThat(reported).containsExactly(waits, waits, waits, "Kafka acknowledges events again.");
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
        return new SourceHealth(
                state,
                SINCE,
                state == SourceState.RUNNING ? Optional.empty() : Optional.of("no broker answers"),
                8_154,
                new Position(1, 9_000),
                new Position(1, 846),
                Optional.empty());
    }
}
