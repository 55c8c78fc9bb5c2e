package io.taskqueue.streams;

import io.taskqueue.sink.effect.ApplyOutcome;
import io.taskqueue.sink.effect.RecordedEffects;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/** Applies one event once, and hands over what became of it. Thread-safe. */
final class Worker<T> {

    /** What the lane does after a try. */
    sealed interface Next {
        /** The event is done with: the lane's next one may begin. */
        record Advance() implements Next {}

        /** The same event, once the partition does not rest any more. */
        record Held() implements Next {}

        /** The same event, after a wait. */
        record Again(Duration backoff) implements Next {}

        /** Nothing of this lane any more. */
        record Blocked() implements Next {}
    }

    private static final Next ADVANCE = new Next.Advance();
    private static final Next HELD = new Next.Held();
    private static final Next BLOCKED = new Next.Blocked();

    private final SinkSettings<T> settings;
    private final Breaker breaker;
    private final Handover<Handed> handover;
    private final RandomGenerator random;

    Worker(SinkSettings<T> settings, Breaker breaker, Handover<Handed> handover, RandomGenerator random) {
        this.settings = settings;
        this.breaker = breaker;
        this.handover = handover;
        this.random = random;
    }

    /** @param abandoned whether the partition is not this instance's any more, so that an interruption is no failure */
    Next apply(LiveEvent<T> live, BooleanSupplier abandoned) {
        try {
            return tried(live, abandoned);
        } catch (Throwable unforeseen) { // without an outcome its lane would be under way for ever
            return giveUp(live, unforeseen, Handed.Why.MISUSED);
        }
    }

    private Next tried(LiveEvent<T> live, BooleanSupplier abandoned) {
        RecordedEffects effects = new RecordedEffects(
                settings.name, live.pass.generation(), live.event, live.results, live.pass.mode(), settings.rules());
        live.tries++;
        ApplyOutcome outcome = ApplyOutcome.of(settings.sink, live.event, effects, abandoned);
        RecordedEffects.Counts counts = effects.counts();
        int ranBefore = live.ranBefore;
        live.ranBefore += counts.run() + counts.failed();
        live.ambiguous += counts.ambiguous();
        if (live.results.takeHeldBack()) {
            live.tries--;
            return abandoned.getAsBoolean() ? BLOCKED : HELD;
        }
        if (effects.targetAnswered() && ended(outcome)) {
            breaker.succeeded(live);
        }
        if (outcome instanceof ApplyOutcome.Applied applied) {
            int reused = Math.max(0, applied.counts().reused() - ranBefore);
            handover.add(new Handed.Applied(live, reused, applied.counts().missing()));
            return ADVANCE;
        }
        if (outcome instanceof ApplyOutcome.Stopped stopped) {
            return giveUp(live, stopped.cause(), Handed.Why.MISUSED);
        }
        if (outcome instanceof ApplyOutcome.Parked parked) {
            return giveUp(live, parked.cause(), Handed.Why.UNDECIDED);
        }
        if (outcome instanceof ApplyOutcome.Transient failed) {
            if (!live.runsNothing() && !breaker.failed(live, failed.cause())) {
                live.tries--;
                return againAfter(Math.max(1, live.tries), failed.cause());
            }
            return failedForNow(live, failed.cause());
        }
        return abandoned.getAsBoolean() ? BLOCKED : failedForNow(live, new InterruptedException("interrupted"));
    }

    private Next failedForNow(LiveEvent<T> live, Throwable cause) {
        return live.tries >= settings.retry.attempts()
                ? giveUp(live, cause, Handed.Why.USED_UP)
                : againAfter(live.tries, cause);
    }

    private Next againAfter(int tries, Throwable cause) {
        return new Next.Again(settings.retry.backoff(tries, cause, random));
    }

    private static boolean ended(ApplyOutcome outcome) {
        return outcome instanceof ApplyOutcome.Applied || outcome instanceof ApplyOutcome.Parked;
    }

    private Next giveUp(LiveEvent<T> live, Throwable cause, Handed.Why why) {
        handover.add(new Handed.GaveUp(live, live.tries, UnreadableException.inPlaceOf(cause), why));
        return BLOCKED;
    }
}
