package io.taskqueue.sink.effect;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.sink.EffectMisuseException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What the effects of one attempt report to the runner, even if the sink catches their exceptions: the counts, the first
 * misuse, and why the event is to be parked. Thread-safe.
 */
final class AttemptReport {

    /** What is counted; see {@link RecordedEffects.Counts}. */
    enum Result {
        RUN,
        REUSED,
        FAILED,
        MISSING,
        AMBIGUOUS
    }

    private final ReplicationEvent<?> event;
    private final Map<Result, Integer> counts = new ConcurrentHashMap<>();
    private final AtomicBoolean answered = new AtomicBoolean();
    private final AtomicReference<@Nullable EffectMisuseException> misuse = new AtomicReference<>();
    private final AtomicReference<@Nullable Throwable> parking = new AtomicReference<>();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    AttemptReport(ReplicationEvent<?> event) {
        this.event = event;
    }

    void count(Result result) {
        counts.merge(result, 1, Integer::sum);
    }

    int counted(Result result) {
        return counts.getOrDefault(result, 0);
    }

    /** The target answered: an action ended with a result or a permanent failure, or a probe returned. */
    void targetAnswered() {
        answered.set(true);
    }

    /** Keeps the first transient failure of an action. */
    void targetFailed(Throwable transientFailure) {
        failure.compareAndSet(null, transientFailure);
    }

    /** Keeps the first misuse. */
    EffectMisuseException misused(EffectMisuseException exception) {
        misuse.compareAndSet(null, exception);
        return exception;
    }

    /**
     * Refuses an effect that comes after the end of its attempt. This is not kept as a misuse: the outcome of an attempt depends on
     * what happened before its end alone, not on whether such an effect came before or after the outcome was determined.
     */
    EffectMisuseException late(String name) {
        return new EffectMisuseException("Effect '" + name + "' of " + event
                + " came too late: the attempt to apply the event has ended, and the effect is not recorded. Use effects only "
                + "during apply(), and wait in it for the threads that it starts.");
    }

    /** Keeps the first reason to park the event. */
    <X extends Exception> X parked(X reason) {
        parking.compareAndSet(null, reason);
        return reason;
    }

    Optional<Throwable> failureOfTarget() {
        return Optional.ofNullable(failure.get());
    }

    boolean hasAnswerOfTarget() {
        return answered.get();
    }

    Optional<EffectMisuseException> misuse() {
        return Optional.ofNullable(misuse.get());
    }

    Optional<Throwable> parking() {
        return Optional.ofNullable(parking.get());
    }
}
