package io.taskqueue.streams.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.streams.SettingsForTests;
import io.taskqueue.streams.SinkLog;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KafkaMonitorTest implements KafkaMonitor.Checks {

    private final SinkLog log = new SinkLog(KafkaMonitor.class);
    private final KafkaMonitor monitor =
            new KafkaMonitor(SettingsForTests.of("billing", (event, effects) -> {}, builder -> builder), this);
    private @Nullable String problem;
    private Map<String, String> notes = Map.of();

    @Override
    public Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    @Override
    public Map<String, String> notes() {
        return notes;
    }

    @Override
    public void close() {}

    @AfterEach
    void stopListening() {
        monitor.close();
        log.close();
    }

    @Test
    void outageIsLoggedOnceAtItsBeginningAndOnceAtItsEnd() {
        monitor.check();
        assertThat(monitor.outage()).isEmpty();
        problem = "no broker can be reached (a:1: Connection refused)";
        monitor.check();
        monitor.check();

        assertThat(monitor.outage()).hasValueSatisfying(text -> assertThat(text)
                .startsWith("Kafka has not been usable since ")
                .endsWith("Z: no broker can be reached (a:1: Connection refused)"));
        problem = "partition 3 of topic taskqueue.events has no leader";
        monitor.check();
        problem = null;
        notes = Map.of("open-transactions", "partition 1 …");
        monitor.check();

        assertThat(monitor.outage()).isEmpty();
        assertThat(monitor.notes()).isEqualTo(notes);
        assertThat(log.lines()).hasSize(3);
        assertThat(log.lines().get(0)).startsWith("WARN Sink billing cannot use Kafka since ");
        assertThat(log.lines().get(1))
                .isEqualTo(
                        "INFO Sink billing still cannot use Kafka: partition 3 of topic taskqueue.events has no leader.");
        assertThat(log.lines().get(2)).isEqualTo("WARN Sink billing can use Kafka again, after 0s.");
    }
}
