package io.taskqueue.console.sinks;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.streams.instances.SinkInstance;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whether an instance runs, by reports with the time of another clock. */
class RunningInstancesTest {

    private static final Instant NOW = Instant.parse("2026-11-23T09:30:00Z");
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private final RunningInstances instances = new RunningInstances();

    private static ConsumerRecord<byte[], byte[]> report(String instance, @Nullable Instant at, String state) {
        String json = String.format(
                "{\"instance\":\"%s\",\"host\":\"h\",\"version\":\"1\",\"startedAt\":\"%s\",\"at\":\"%s\",\"state\":\"%s\",\"inFlight\":0,"
                        + "\"effects\":{\"run\":0,\"reused\":0,\"failed\":0,\"missing\":0,\"parked\":0,\"ambiguous\":0},"
                        + "\"latency\":{\"upperMillis\":[],\"counts\":[0]},\"breakers\":[],\"notes\":{}}",
                instance, NOW, at, state);
        return new ConsumerRecord<>(
                "billing-instances",
                0,
                0,
                instance.getBytes(StandardCharsets.UTF_8),
                at == null ? null : json.getBytes(StandardCharsets.UTF_8));
    }

    private boolean running(Instant now, long nanos) {
        SinkInstance only = instances.list().get(0);
        return instances.running(only, now, nanos);
    }

    @Test
    void ofAReportFromBeforeTheClockOfItsMachineDecides() {
        instances.add(report("a", NOW.minusSeconds(60), "RUNNING"), false, 0);

        assertThat(running(NOW, 0)).isTrue();
        assertThat(running(NOW.plusSeconds(150), 0)).isFalse();
    }

    @Test
    void anInstanceWhoseClockIsBehindRunsWhileItsReportsArrive() {
        instances.add(report("a", NOW.minusSeconds(3_600), "RUNNING"), false, 0);
        assertThat(running(NOW, 0)).isFalse();

        instances.add(report("a", NOW.minusSeconds(3_600), "RUNNING"), true, MINUTE);

        assertThat(running(NOW, 3 * MINUTE)).isTrue();
        assertThat(running(NOW, 5 * MINUTE)).isFalse();
    }

    @Test
    void anInstanceWhoseClockIsAheadDoesNotRunWhenNoMoreReportsArrive() {
        instances.add(report("a", NOW.plusSeconds(3_600), "RUNNING"), true, 0);

        assertThat(running(NOW.plusSeconds(60), MINUTE)).isTrue();
        assertThat(running(NOW.plusSeconds(240), 4 * MINUTE)).isFalse();
    }

    @Test
    void anInstanceThatFailedOrWasClosedDoesNotRun() {
        instances.add(report("a", NOW, "FAILED"), true, 0);
        assertThat(running(NOW, 0)).isFalse();

        instances.add(report("a", null, ""), true, 0);
        assertThat(instances.list()).isEmpty();
    }
}
