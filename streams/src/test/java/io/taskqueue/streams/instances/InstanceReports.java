package io.taskqueue.streams.instances;

import io.taskqueue.streams.rate.RateLimit;
import io.taskqueue.streams.status.EffectCounts;
import io.taskqueue.streams.status.EffectLatency;
import io.taskqueue.streams.status.SinkHealth;
import io.taskqueue.streams.status.SinkLoad;
import io.taskqueue.streams.status.SinkState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reports of instances, for tests. */
final class InstanceReports {

    static final Instant AT = Instant.parse("2026-11-23T09:30:00Z");

    private InstanceReports() {}

    static SinkInstance report(Instant at, SinkState state, SinkHealth health, long inFlight) {
        return new SinkInstance(
                new SinkInstance.Identity("i-1", "host-1", "1.2.3", AT.minusSeconds(60)),
                at,
                state,
                health,
                new SinkLoad(inFlight, 3, Optional.of(new RateLimit(100, 2.5))),
                new EffectCounts(1, 2, 3, 4, 5, 6),
                new EffectLatency(List.of(1.0, 2.5), List.of(7L, 8L, 9L)));
    }

    static SinkHealth health(String text) {
        return new SinkHealth(
                Optional.of("failure " + text),
                Optional.of("target " + text),
                Optional.of("kafka " + text),
                Map.of("diverged", "note " + text));
    }
}
