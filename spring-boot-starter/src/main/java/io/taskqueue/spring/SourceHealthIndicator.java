package io.taskqueue.spring;

import io.taskqueue.source.ReplicationSource;
import io.taskqueue.source.SourceHealth;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

/**
 * The health of one source.
 *
 * <pre>
 *   UP                events reach Kafka
 *   OUT_OF_SERVICE    it is not started yet, or Kafka does not accept events now: it continues by itself
 *   DOWN              another instance owns the queue, the source has failed, or it is closed
 * </pre>
 *
 * <p>Never blocks.
 */
final class SourceHealthIndicator implements HealthIndicator {

    private final ReplicationSource<?> source;

    SourceHealthIndicator(ReplicationSource<?> source) {
        this.source = source;
    }

    @Override
    public Health health() {
        if (!source.started()) {
            return Health.outOfService().withDetail("reason", "not started").build();
        }
        SourceHealth now = source.health();
        Health.Builder health = Health.status(status(now))
                .withDetail("state", now.state())
                .withDetail("since", now.since().toString())
                .withDetail("bufferedEvents", now.bufferedEvents())
                .withDetail("position", now.position().toString())
                .withDetail("replicatedUpTo", now.replicatedUpTo().toString());
        now.reason().ifPresent(reason -> health.withDetail("reason", reason));
        return health.build();
    }

    private static Status status(SourceHealth now) {
        if (now.ready()) {
            return Status.UP;
        }
        return now.live() ? Status.OUT_OF_SERVICE : Status.DOWN;
    }
}
