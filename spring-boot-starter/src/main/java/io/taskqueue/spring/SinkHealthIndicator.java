package io.taskqueue.spring;

import io.taskqueue.streams.SinkService;
import io.taskqueue.streams.status.SinkStatus;
import java.util.Optional;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * The health of one sink.
 *
 * <pre>
 *   UP                it works
 *   OUT_OF_SERVICE    it is starting or closed, Kafka or the event topic cannot be used, or its target is unavailable: it continues by itself
 *   DOWN              it has failed, and needs what the reason states
 * </pre>
 *
 * <p>Never blocks.
 */
final class SinkHealthIndicator implements HealthIndicator {

    private final String name;
    private final SinkServices sinks;

    SinkHealthIndicator(String name, SinkServices sinks) {
        this.name = name;
        this.sinks = sinks;
    }

    @Override
    public Health health() {
        Optional<SinkService> running = sinks.find(name);
        if (running.isEmpty()) {
            return Health.outOfService().withDetail("reason", "not running").build();
        }
        SinkService sink = running.get();
        if (sink.ready()) {
            return Health.up().build();
        }
        SinkStatus status = sink.status(); // its cost grows with the number of queues
        Health.Builder health = status.failure().isPresent() ? Health.down() : Health.outOfService();
        health.withDetail("state", status.state());
        status.failure()
                .or(() -> status.health().kafka())
                .or(() -> status.health().target())
                .ifPresent(reason -> health.withDetail("reason", reason));
        return health.build();
    }
}
