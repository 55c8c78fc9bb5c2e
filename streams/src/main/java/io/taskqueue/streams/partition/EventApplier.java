package io.taskqueue.streams.partition;

import io.taskqueue.logging.LogFields;
import io.taskqueue.queue.Ticker;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.effect.ApplyOutcome;
import io.taskqueue.sink.effect.AttemptSettings;
import io.taskqueue.sink.effect.RecordedEffects;
import io.taskqueue.streams.execution.CircuitBreaker;
import io.taskqueue.streams.execution.KeyedExecutor;
import io.taskqueue.streams.execution.KeyedExecutor.Next;
import io.taskqueue.streams.parking.GiveUp;
import io.taskqueue.streams.replay.DeliveryContext;
import io.taskqueue.streams.settings.SinkSettings;
import io.taskqueue.streams.status.LatencyHistogram;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Makes one attempt to apply an event, passes its outcome on, and decides what its task does next. On worker threads. */
final class EventApplier<T> implements KeyedExecutor.Handler<InFlightEvent<T>> {

    private static final Next ADVANCE = new Next.Advance();
    private static final Next HELD = new Next.Held();
    private static final Next BLOCKED = new Next.Blocked();

    private final SinkSettings<T> settings;
    private final CircuitBreaker breaker;
    private final OutcomeQueue outcomes;
    private final BooleanSupplier revoked;
    private final ReplicationSink<T> applied;
    private final LatencyHistogram latency;
    private final LogFields fields;
    private final AttemptLog failures;

    /**
     * @param revoked whether the partition is not this instance's any more, so that an interruption is not a failure
     * @param latency where the duration of actions is counted
     * @param fields what lines that are logged during an attempt have, beside the event's
     */
    EventApplier(
            SinkSettings<T> settings,
            CircuitBreaker breaker,
            OutcomeQueue outcomes,
            BooleanSupplier revoked,
            LatencyHistogram latency,
            LogFields fields) {
        this.settings = settings;
        this.breaker = breaker;
        this.outcomes = outcomes;
        this.revoked = revoked;
        this.fields = fields;
        this.applied = settings.application().sink();
        this.latency = latency;
        this.failures = new AttemptLog(settings.name(), settings.instruments().ticker());
    }

    @Override
    public Next run(InFlightEvent<T> event) {
        try {
            LogFields ofEvent = fields.event(event.event());
            return ofEvent.get(() -> attempt(event, ofEvent));
        } catch (Throwable unexpected) { // without an outcome its task would never continue
            return giveUp(event, GiveUp.Reason.MISUSED, unexpected);
        } finally {
            boolean unused =
                    Thread.interrupted(); // by the sink itself, or by a revocation: this thread's next event is not
            // meant
        }
    }

    private Next attempt(InFlightEvent<T> event, LogFields ofEvent) {
        DeliveryContext delivery = event.delivery();
        RecordedEffects effects = new RecordedEffects(
                new AttemptSettings(
                        settings.name(),
                        delivery.generation(),
                        delivery.mode(),
                        settings.policies().effectRules(),
                        new AttemptSettings.Visibility(settings.instruments().spans(), delivery.replayed(), ofEvent)),
                event.event(),
                event.results());
        event.attempts++;
        event.results().attempting(() -> breaker.stillAdmits(event));
        event.calls.set(0);
        Ticker ticker = settings.instruments().ticker();
        ReplicationSink<T> sink =
                (seen, own) -> applied.apply(seen, new TimedEffects(own, event.calls, latency, ticker));
        ApplyOutcome outcome = ApplyOutcome.of(sink, event.event(), effects, revoked);
        RecordedEffects.Counts counts = effects.counts();
        int recordedBefore = event.recordedBefore;
        event.recordedBefore += counts.run() + counts.failed();
        event.ambiguous += counts.ambiguous();
        if (event.results().takeHeldBack()) {
            event.attempts--;
            return revoked.getAsBoolean() ? BLOCKED : HELD;
        }
        if (effects.targetAnswered() && completes(outcome)) {
            breaker.succeeded(event);
        }
        if (outcome instanceof ApplyOutcome.Applied done) {
            int reused = Math.max(0, done.counts().reused() - recordedBefore);
            outcomes.add(new Outcome.Applied(event, reused, done.counts().missing()));
            return ADVANCE;
        }
        if (outcome instanceof ApplyOutcome.Stopped stopped) {
            return giveUp(event, GiveUp.Reason.MISUSED, stopped.cause());
        }
        if (outcome instanceof ApplyOutcome.Parked parked) {
            if (event.callsTarget() && !effects.targetAnswered()) {
                // an action without an answer: its event is not attempted again, but the others need not try as well
                effects.targetFailure().ifPresent(failure -> breaker.failed(event, failure));
            }
            return giveUp(event, GiveUp.Reason.UNDECIDED, parked.cause());
        }
        if (outcome instanceof ApplyOutcome.Transient failed) {
            if (event.callsTarget() && !breaker.failed(event, failed.cause())) {
                event.attempts--;
                return retry(Math.max(1, event.attempts), failed.cause());
            }
            return retryOrGiveUp(event, failed.cause());
        }
        return revoked.getAsBoolean() ? BLOCKED : retryOrGiveUp(event, new InterruptedException("interrupted"));
    }

    private static boolean completes(ApplyOutcome outcome) {
        return outcome instanceof ApplyOutcome.Applied || outcome instanceof ApplyOutcome.Parked;
    }

    private Next retryOrGiveUp(InFlightEvent<T> event, Throwable cause) {
        int most = settings.policies().retry().attempts();
        if (event.attempts >= most) {
            return giveUp(event, GiveUp.Reason.EXHAUSTED, cause);
        }
        Next.Retry retry = retry(event.attempts, cause);
        failures.failed(event.event(), event.attempts, most, retry.delay(), cause);
        return retry;
    }

    private Next.Retry retry(int attempts, Throwable cause) {
        Duration delay = settings.policies()
                .retry()
                .backoff(attempts, cause, settings.instruments().random());
        return new Next.Retry(delay);
    }

    private Next giveUp(InFlightEvent<T> event, GiveUp.Reason reason, Throwable cause) {
        outcomes.add(new Outcome.GaveUp(
                event, new GiveUp(reason, event.attempts, UnprintableException.replaceIfUnprintable(cause))));
        return BLOCKED;
    }
}
