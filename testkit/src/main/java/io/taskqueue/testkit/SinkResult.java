package io.taskqueue.testkit;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.sink.Causes;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.SinkFailedException;
import io.taskqueue.testkit.EffectCall.Status;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link SinkTester} saw while it applied events. Its assertions return it, and throw an {@link AssertionError} that states what was
 * found; its other methods return what was found, for assertions of the test's own.
 *
 * <p>Where a method names an effect, it means each request of that name, of all the events; {@link #of} restricts it to one event. Immutable.
 *
 * @param <T> the payload's type
 */
public final class SinkResult<T> {

    private static final String REMEDY = " Correct the sink, or what the test expects of it.";

    private final String sink;
    private final List<Application<T>> applications;

    /** What became of an event. */
    public enum Outcome {
        /** The sink applied it; an effect that failed permanently, or is missing in a replay, does not keep it from that. */
        APPLIED,
        /** It was applied before, and dropped. */
        DUPLICATE,
        /** A source that no longer owned the queue wrote it; it was dropped. */
        FENCED,
        /** The sink does not act on events of its kind or queue, or no sink does, as for SourceStarted. */
        NOT_OF_INTEREST,
        /** An operator has to decide about it. */
        PARKED,
        /** Every attempt failed. */
        FAILED,
        /** The sink used its effects in a wrong way. */
        MISUSED,
        /** The sink was interrupted, or threw an {@link InterruptedException}. */
        INTERRUPTED,
        /** The process died, as the test had it. */
        CRASHED;

        boolean endsRun() {
            return switch (this) {
                case APPLIED, DUPLICATE, FENCED, NOT_OF_INTEREST -> false;
                case PARKED, FAILED, MISUSED, INTERRUPTED, CRASHED -> true;
            };
        }

        static Outcome of(SinkFailedException.Reason reason) {
            return switch (reason) {
                case ATTEMPTS_EXHAUSTED -> FAILED;
                case PARKED -> PARKED;
                case MISUSED -> MISUSED;
            };
        }
    }

    /**
     * One event that was passed to the sink's runner.
     *
     * @param attempts how often the sink was called for it
     * @param effects what the sink requested, in the order in which the requests ended
     * @param failure why it was not applied, or null
     */
    public record Application<T>(
            ReplicationEvent<T> event,
            Outcome outcome,
            int attempts,
            List<EffectCall> effects,
            @Nullable Throwable failure) {

        public Application {
            effects = List.copyOf(effects);
        }

        @Override
        public String toString() {
            return event + " was " + outcome + " after " + attempts + (attempts == 1 ? " attempt" : " attempts")
                    + (failure == null ? "" : " (" + Causes.text(failure) + ")") + " with effects " + effects;
        }
    }

    SinkResult(String sink, List<Application<T>> applications) {
        this.sink = sink;
        this.applications = List.copyOf(applications);
    }

    /** The events that were passed to the sink's runner, in order. */
    public List<Application<T>> applications() {
        return applications;
    }

    /** What became of the last event; if that was applied before or did not concern the sink, and one before was applied, APPLIED. */
    public Outcome outcome() {
        Outcome last = last().outcome();
        boolean applied = applications.stream().anyMatch(each -> each.outcome() == Outcome.APPLIED);
        return applied && !last.endsRun() ? Outcome.APPLIED : last;
    }

    /** The result for one of the events. */
    public SinkResult<T> of(ReplicationEvent<T> event) {
        List<Application<T>> found =
                applications.stream().filter(each -> each.event().equals(event)).toList();
        if (found.isEmpty()) {
            throw new AssertionError("Sink " + sink + " was not passed " + event + ": " + this + "." + REMEDY);
        }
        return new SinkResult<>(sink, found);
    }

    /** The requests of effects, in the order in which they ended. */
    public List<EffectCall> effects() {
        return applications.stream().flatMap(each -> each.effects().stream()).toList();
    }

    /** The last request of an effect; asserts that there is one. */
    public EffectCall effect(String name) {
        List<EffectCall> found = requests(name);
        if (found.isEmpty()) {
            throw unexpected("to request effect '" + name + "'", "did not");
        }
        return found.get(found.size() - 1);
    }

    /** The key of an effect, which its action passes to the target; asserts that it was requested. */
    public EffectKey key(String effect) {
        return effect(effect).key();
    }

    /** Why the last event was not applied, if it was not. */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(last().failure());
    }

    /** Asserts that at least one event was applied, and none stopped the sink. */
    public SinkResult<T> isApplied() {
        return hasOutcome(Outcome.APPLIED);
    }

    /** Asserts that the last event was parked. */
    public SinkResult<T> isParked() {
        return hasOutcome(Outcome.PARKED);
    }

    /** Asserts that every attempt at the last event failed. */
    public SinkResult<T> isFailed() {
        return hasOutcome(Outcome.FAILED);
    }

    /** Asserts what became of the events, as {@link #outcome} states it. */
    public SinkResult<T> hasOutcome(Outcome expected) {
        if (outcome() != expected) {
            throw unexpected("to end " + expected, "ended " + outcome());
        }
        return this;
    }

    /** Asserts that the last event was not applied because of an exception of that type, or one that it caused. */
    public SinkResult<T> failedWith(Class<? extends Throwable> type) {
        Throwable failure = last().failure();
        if (failure == null || Causes.first(failure, type).isEmpty()) {
            throw unexpected(
                    "to fail with " + type.getName(),
                    failure == null ? "did not fail" : "failed with " + Causes.text(failure));
        }
        return this;
    }

    /** Asserts how often the sink was called for the last event. */
    public SinkResult<T> hasAttempts(int expected) {
        if (last().attempts() != expected) {
            throw unexpected(
                    "to be called " + times(expected) + " for the last event",
                    "was called " + times(last().attempts()));
        }
        return this;
    }

    /** Asserts that the actions of exactly these effects ran and their results were recorded, in this order. */
    public SinkResult<T> hasRun(String... effects) {
        return requireNames("to run exactly effects ", "ran ", effects, ofStatus(Status.RUN));
    }

    /** Asserts that no action was called, whatever its result. */
    public SinkResult<T> hasRunNothing() {
        List<String> called = names(EffectCall::actionCalled);
        if (!called.isEmpty()) {
            throw unexpected("to call no action", "called those of effects " + called);
        }
        return this;
    }

    /** Asserts that exactly these effects got a result that was recorded before, in this order. */
    public SinkResult<T> hasReused(String... effects) {
        Set<EffectKey> run = effects().stream()
                .filter(ofStatus(Status.RUN))
                .map(EffectCall::key)
                .collect(Collectors.toSet());
        return requireNames(
                "to reuse the results of exactly effects ",
                "reused those of ",
                effects,
                call -> call.status() == Status.REUSED && !run.contains(call.key()));
    }

    /** Asserts that exactly these effects had no recorded result in a replay, in this order. */
    public SinkResult<T> hasMissing(String... effects) {
        return requireNames(
                "to miss exactly the results of effects ", "missed those of ", effects, ofStatus(Status.MISSING));
    }

    /** Asserts what came of the last request of an effect. */
    public SinkResult<T> hasStatus(String effect, Status expected) {
        EffectCall found = effect(effect);
        if (found.status() != expected) {
            throw unexpected("to have effect '" + effect + "' end " + expected, "it ended " + found.status());
        }
        return this;
    }

    /** Asserts how often the action of an effect was called, whether it returned or not. */
    public SinkResult<T> hasCalled(String effect, int expected) {
        int called =
                (int) requests(effect).stream().filter(EffectCall::actionCalled).count();
        if (called != expected) {
            throw unexpected(
                    "to call the action of effect '" + effect + "' " + times(expected), "called it " + times(called));
        }
        return this;
    }

    /** Asserts the result that the sink got from the last request of an effect, as it was read from its record. */
    public SinkResult<T> hasResult(String effect, @Nullable Object expected) {
        EffectCall found = effect(effect);
        if (found.failure() != null || !Objects.equals(found.result(), expected)) {
            throw unexpected(
                    "to get " + expected + " from effect '" + effect + "'",
                    "got " + (found.failure() == null ? found.result() : Causes.text(found.failure())));
        }
        return this;
    }

    /** Asserts the key of an effect, as the text that its action passes to the target. */
    public SinkResult<T> hasKey(String effect, String expected) {
        String found = key(effect).toString();
        if (!found.equals(expected)) {
            throw unexpected("to request effect '" + effect + "' under the key " + expected, "its key is " + found);
        }
        return this;
    }

    /** The result in messages: everything but payloads and results, which may be confidential. */
    @Override
    public String toString() {
        return applications.stream().map(Application::toString).collect(Collectors.joining("; "));
    }

    private SinkResult<T> requireNames(
            String expectation, String finding, String[] expected, Predicate<EffectCall> counted) {
        List<String> found = names(counted);
        if (!found.equals(Arrays.asList(expected))) {
            throw unexpected(expectation + Arrays.toString(expected), finding + found);
        }
        return this;
    }

    private AssertionError unexpected(String expectation, String found) {
        AssertionError error = new AssertionError(
                "Sink " + sink + " was " + expectation + ", but " + found + ": " + this + "." + REMEDY);
        failure().ifPresent(error::initCause);
        return error;
    }

    /** The names of the effects, each effect once, in the order of the first request that counts. */
    private List<String> names(Predicate<EffectCall> counted) {
        return effects().stream()
                .filter(counted)
                .map(EffectCall::key)
                .distinct()
                .map(EffectKey::effect)
                .toList();
    }

    private List<EffectCall> requests(String effect) {
        return effects().stream().filter(call -> call.name().equals(effect)).toList();
    }

    private Application<T> last() {
        return applications.get(applications.size() - 1);
    }

    private static Predicate<EffectCall> ofStatus(Status status) {
        return call -> call.status() == status;
    }

    private static String times(int count) {
        return count == 1 ? "once" : count + " times";
    }
}
