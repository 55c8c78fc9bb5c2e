package io.taskqueue.streams;

import io.taskqueue.streams.execution.CircuitBreaker;
import io.taskqueue.streams.execution.RateLimiter;
import io.taskqueue.streams.instances.InstancePublisher;
import io.taskqueue.streams.instances.SinkInstance;
import io.taskqueue.streams.settings.SinkSettings;
import io.taskqueue.streams.status.EffectLatency;
import io.taskqueue.streams.status.SinkHealth;
import io.taskqueue.streams.status.SinkLoad;
import io.taskqueue.streams.status.SinkProgress;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** This instance of a sink service, for its reports. For the thread of their publisher. */
final class ReportedInstance implements InstancePublisher.Instance {

    private final Clock clock;
    private final Supplier<Map<String, EffectLatency>> latencies;
    private final ServiceLifecycle lifecycle;
    private final SinkProgress progress;
    private final CircuitBreaker breaker;
    private final RateLimiter limiter;
    private final Supplier<SinkHealth> health;
    private final Instant startedAt;
    private SinkInstance.@Nullable Identity identity;

    ReportedInstance(
            SinkSettings<?> settings,
            ServiceLifecycle lifecycle,
            SinkProgress progress,
            CircuitBreaker breaker,
            RateLimiter limiter,
            Supplier<SinkHealth> health) {
        this.clock = settings.instruments().clock();
        this.latencies = settings.instruments().latencies();
        this.lifecycle = lifecycle;
        this.progress = progress;
        this.breaker = breaker;
        this.limiter = limiter;
        this.health = health;
        this.startedAt = clock.instant();
    }

    @Override
    public Object condition() {
        return List.of(lifecycle.state(), breaker.closed(), limiter.limit());
    }

    @Override
    public SinkInstance report() {
        SinkInstance.Identity known = identity;
        if (known == null) {
            known = SinkInstance.Identity.create(
                    startedAt); // here, because the name of the host may come from the network
            identity = known;
        }
        return new SinkInstance(
                known,
                clock.instant(),
                lifecycle.state(),
                health.get(),
                new SinkLoad(progress.inFlight(), limiter.waiting(), Optional.of(limiter.limit())),
                progress.effects(),
                progress.latency().counts(),
                latencies.get());
    }
}
